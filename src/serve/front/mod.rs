//! The door on 127.0.0.1: takes connections, reads requests within limits of bytes and time, hands them to a
//! [`Handler`] and writes its answers with tiny_http's printer (see docs/decisions/0007-http.md).
//!
//! A full house never shuts anybody out who has something to say: the connection that has waited longest without a
//! complete request gives way. Only when every connection is being answered is a new one told to come back.

mod head;
mod timed;
mod wire;

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::http::{Handler, Head, Method, Problem, Request};
use timed::Timed;

/// What a connection may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time
    pub connections: usize,
    /// From the first byte awaited to the end of the head; also how long an idle connection is kept
    pub head: Duration,
    /// From the head to the end of the content, and for writing the answer
    pub body: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 32, head: Duration::from_secs(10), body: Duration::from_secs(30) }
    }
}

/// An open door.
pub struct Front {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    house: Arc<House>,
    thread: Option<JoinHandle<()>>,
}

/// Who is in.
struct House {
    guests: Mutex<Vec<Guest>>,
    next: AtomicU64,
    most: usize,
}

struct Guest {
    number: u64,
    stream: TcpStream,
    since: Instant,
    /// A whole head has come; the answer is under way
    busy: bool,
}

impl House {
    fn guests(&self) -> MutexGuard<'_, Vec<Guest>> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a connection in, if need be by closing the one that has been silent longest. `None`: all are busy.
    fn enter(&self, stream: &TcpStream) -> Option<u64> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let stream = stream.try_clone().ok()?;
        let mut guests = self.guests();
        if guests.len() >= self.most {
            let silent =
                guests.iter().enumerate().filter(|(_, guest)| !guest.busy).min_by_key(|(_, guest)| guest.since);
            let (at, _) = silent?;
            let gone = guests.swap_remove(at);
            let _ = gone.stream.shutdown(Shutdown::Both);
        }
        guests.push(Guest { number, stream, since: Instant::now(), busy: false });
        Some(number)
    }

    /// Marks what a connection does; `false` when it was closed meanwhile.
    fn mark(&self, number: u64, busy: bool) -> bool {
        let mut guests = self.guests();
        let Some(guest) = guests.iter_mut().find(|guest| guest.number == number) else { return false };
        guest.busy = busy;
        guest.since = Instant::now();
        true
    }

    fn leave(&self, number: u64) {
        self.guests().retain(|guest| guest.number != number);
    }
}

impl Front {
    /// Opens the door on a port of 127.0.0.1 (0: any free one), encrypted when a configuration is given.
    ///
    /// # Errors
    /// The port is taken.
    pub fn open(
        port: u16,
        tls: Option<Arc<ServerConfig>>,
        handler: Arc<dyn Handler>,
        limits: Limits,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let house =
            Arc::new(House { guests: Mutex::new(Vec::new()), next: AtomicU64::new(0), most: limits.connections });
        let door = Door { listener, stop: stop.clone(), house: house.clone(), tls, handler, limits };
        let thread = std::thread::Builder::new().name("serve-front".to_owned()).spawn(move || door.keep())?;
        Ok(Self { address, stop, house, thread: Some(thread) })
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Connections open now.
    pub fn guests(&self) -> usize {
        self.house.guests().len()
    }

    /// Closes the door. Answers under way are finished, silent connections are closed.
    pub fn close(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // The loop waits in `accept`; this wakes it.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        for guest in self.house.guests().iter().filter(|guest| !guest.busy) {
            let _ = guest.stream.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.close();
        }
    }
}

struct Door {
    listener: TcpListener,
    stop: Arc<AtomicBool>,
    house: Arc<House>,
    tls: Option<Arc<ServerConfig>>,
    handler: Arc<dyn Handler>,
    limits: Limits,
}

impl Door {
    fn keep(self) {
        let port = self.listener.local_addr().map_or(0, |address| address.port());
        while !self.stop.load(Ordering::SeqCst) {
            let stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(_) => {
                    // Out of handles, or a connection that was gone again: the next one may be well.
                    std::thread::sleep(Duration::from_millis(20));
                    continue;
                }
            };
            if self.stop.load(Ordering::SeqCst) {
                break;
            }
            let _ = stream.set_nodelay(true);
            let Some(number) = self.house.enter(&stream) else {
                self.full(stream);
                continue;
            };
            let talk = Talk {
                number,
                port,
                tls: self.tls.is_some(),
                house: self.house.clone(),
                stop: self.stop.clone(),
                handler: self.handler.clone(),
                limits: self.limits,
            };
            let (config, house) = (self.tls.clone(), self.house.clone());
            let spawned = std::thread::Builder::new()
                .name("serve-talk".to_owned())
                .stack_size(4 << 20)
                .spawn(move || talk.hold(stream, config));
            if spawned.is_err() {
                house.leave(number);
            }
        }
    }

    /// Every connection is being answered: a short word, without reading anything.
    fn full(&self, stream: TcpStream) {
        if self.tls.is_some() {
            return;
        }
        let problem = Problem::new(503, "busy", "いま混み合っています。", "少し待って、もう一度試してください。");
        let response = self.handler.refuse(&problem);
        let mut stream = Timed::new(stream, Duration::from_millis(200));
        let _ = wire::write(&mut stream, response, false, true);
    }
}

/// One connection.
struct Talk {
    number: u64,
    port: u16,
    tls: bool,
    house: Arc<House>,
    stop: Arc<AtomicBool>,
    handler: Arc<dyn Handler>,
    limits: Limits,
}

/// A connection, encrypted or not.
trait Line: Read + Write {
    fn timed(&mut self) -> &mut Timed;
}

impl Line for Timed {
    fn timed(&mut self) -> &mut Timed {
        self
    }
}

impl Line for StreamOwned<ServerConnection, Timed> {
    fn timed(&mut self) -> &mut Timed {
        &mut self.sock
    }
}

/// How a request came out.
enum Heard {
    Request(Box<Head>),
    Refused(Problem),
    Over,
}

impl Talk {
    fn hold(self, stream: TcpStream, config: Option<Arc<ServerConfig>>) {
        let timed = Timed::new(stream, self.limits.head);
        match config {
            None => self.converse(timed),
            Some(config) => {
                if let Ok(connection) = ServerConnection::new(config) {
                    self.converse(StreamOwned::new(connection, timed));
                }
            }
        }
        self.house.leave(self.number);
    }

    fn converse<L: Line>(&self, mut line: L) {
        let mut pending = Vec::new();
        while !self.stop.load(Ordering::SeqCst) {
            line.timed().give(self.limits.head);
            let head = match self.listen(&mut line, &mut pending) {
                Heard::Request(head) => head,
                Heard::Refused(problem) => {
                    let response = self.handler.refuse(&problem);
                    if wire::write(&mut line, response, false, true).is_ok() {
                        self.hang_up(&mut line);
                    }
                    return;
                }
                Heard::Over => return,
            };
            // From here on nobody is closed in favour of a newcomer.
            if !self.house.mark(self.number, true) {
                return;
            }
            line.timed().give(self.limits.body);
            let keep = head.keep_alive;
            let no_body = head.method == Method::Head;
            let (response, clean) = match self.reply(&mut line, *head, &mut pending) {
                Some(reply) => reply,
                None => return,
            };
            line.timed().give(self.limits.body);
            let close = !keep || !clean || self.stop.load(Ordering::SeqCst);
            if wire::write(&mut line, response, no_body, close).is_err() {
                return;
            }
            if close {
                self.house.mark(self.number, false);
                self.hang_up(&mut line);
                return;
            }
            if !self.house.mark(self.number, false) {
                return;
            }
        }
    }

    /// Reads until a head is complete.
    fn listen(&self, line: &mut impl Line, pending: &mut Vec<u8>) -> Heard {
        let mut chunk = [0u8; 4096];
        loop {
            if let Some(end) = head::end_of(pending) {
                let rest = pending.split_off(end);
                let bytes = std::mem::replace(pending, rest);
                if bytes.len() > head::MOST_BYTES {
                    return Heard::Refused(head::too_large());
                }
                return match head::parse(&bytes, self.port, self.tls) {
                    Ok(head) => Heard::Request(Box::new(head)),
                    Err(problem) => Heard::Refused(problem),
                };
            }
            if pending.len() > head::MOST_BYTES {
                return Heard::Refused(head::too_large());
            }
            if head::is_hopeless(pending) {
                return match head::parse(pending, self.port, self.tls) {
                    Err(problem) => Heard::Refused(problem),
                    Ok(_) => Heard::Over,
                };
            }
            match line.read(&mut chunk) {
                Ok(0) => return Heard::Over,
                Ok(count) => pending.extend_from_slice(chunk.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_timeout(&error) && !pending.is_empty() => {
                    line.timed().give(Duration::from_secs(1));
                    return Heard::Refused(slow());
                }
                Err(_) => return Heard::Over,
            }
        }
    }

    /// The answer to a request, and whether all of it was read, so that the next one can follow.
    fn reply(&self, line: &mut impl Line, head: Head, pending: &mut Vec<u8>) -> Option<(super::http::Response, bool)> {
        let most = match self.handler.admit(&head) {
            Ok(most) => most,
            Err(response) => return Some((response, head.content_length == 0)),
        };
        if head.content_length > most {
            let message = format!("送られた内容が大きすぎます（{} MBまでです）。", most >> 20);
            let problem = Problem::new(413, "too-large", message, "小さく分けてください。");
            return Some((self.handler.refuse(&problem), false));
        }
        if head.header("expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue")) {
            line.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
        }
        let length = usize::try_from(head.content_length).ok()?;
        while pending.len() < length {
            let mut chunk = [0u8; 16 * 1024];
            match line.read(&mut chunk) {
                Ok(0) => return None,
                Ok(count) => pending.extend_from_slice(chunk.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_timeout(&error) => {
                    line.timed().give(Duration::from_secs(1));
                    return Some((self.handler.refuse(&slow()), false));
                }
                Err(_) => return None,
            }
        }
        let rest = pending.split_off(length);
        let body = std::mem::replace(pending, rest);
        let request = Request { head, body };
        // A fault in one answer must not take the service along.
        let answered = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.handler.answer(&request)));
        Some(match answered {
            Ok(response) => (response, true),
            Err(_) => {
                let hint = "もう一度試し、続くようなら開発者に知らせてください。";
                let problem = Problem::new(500, "internal", "chiiki-sheet の中で不具合が起きました。", hint);
                (self.handler.refuse(&problem), false)
            }
        })
    }

    /// Closes so that the other side can still read the answer: what it goes on sending is thrown away for a moment.
    fn hang_up(&self, line: &mut impl Line) {
        const MOST: usize = 256 * 1024;
        let timed = line.timed();
        if timed.stream().shutdown(Shutdown::Write).is_err() {
            return;
        }
        timed.give(Duration::from_secs(1));
        let mut chunk = [0u8; 8192];
        let mut thrown = 0;
        while thrown < MOST {
            match timed.read(&mut chunk) {
                Ok(0) | Err(_) => return,
                Ok(count) => thrown += count,
            }
        }
    }
}

fn slow() -> Problem {
    Problem::new(408, "too-slow", "要求が時間内に届きませんでした。", "もう一度試してください。")
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock)
}
