//! The running service: its door, its key, its workspace.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use rustls::ServerConfig;

use super::desk::Desk;
use super::front::{Front, Limits};
use super::guard::{self, Access};
use super::http::{Handler, Head, Method, Problem, Request, Response};
use super::key::{Key, Launches};
use super::opener::{Opener, SystemOpener};
use super::place::{Card, Cards, random_port, user_folder};
use super::room::Room;
use super::router;
use crate::addin::officejs::Shelf;
use crate::error::{Error, Result};
use crate::handout::Typesetter;
use crate::intake::Reader;
use crate::model::Date;
use crate::workspace::Workspace;

/// How long connections that are open at the end may take to get their answer; a page that waits for news is not
/// waited for any longer.
const LAST_ANSWERS: Duration = Duration::from_millis(500);

/// Starts watching a workspace: what the service asks about it and tells it.
pub type Watch = Box<dyn Fn(&Workspace) -> Result<Arc<dyn Desk>> + Send + Sync>;

/// How a service is started.
pub struct Options {
    /// Where ports and keys are written down
    pub cards: Cards,
    /// Opens files and pages
    pub opener: Box<dyn Opener>,
    /// Starts watching
    pub watch: Watch,
    /// Today
    pub today: Box<dyn Fn() -> Date + Send + Sync>,
    /// Reads files from outside
    pub reader: fn() -> Result<Reader>,
    /// Where papers are set: asked for each job, and let go of after it
    pub typesetter: fn() -> Result<Typesetter>,
    /// What a connection may cost
    pub limits: Limits,
    /// For Excel: makes the encrypted door's configuration, where there is a certificate
    pub tls: Option<Arc<ServerConfig>>,
    /// Folder of Office.js, where somebody brought it to this PC
    pub office: Option<PathBuf>,
}

impl Options {
    /// As the command line starts it.
    ///
    /// # Errors
    /// The user's folder is not known.
    pub fn new(watch: Watch) -> Result<Self> {
        Ok(Self {
            cards: Cards::of_user()?,
            opener: Box::new(SystemOpener),
            watch,
            today: Box::new(crate::clock::today),
            reader: Reader::child,
            typesetter: Typesetter::child,
            limits: Limits::default(),
            tls: None,
            office: user_folder().ok().map(|folder| folder.join("officejs")),
        })
    }
}

/// What every answer can see.
pub struct App {
    pub(super) options: Options,
    pub(super) launches: Launches,
    pub(super) started: AtomicU64,
    key: Key,
    room: RwLock<Option<Arc<Room>>>,
    /// Office.js, where somebody brought it to this PC
    office: Shelf,
    port: OnceLock<u16>,
    tls_port: OnceLock<u16>,
    over: (Mutex<bool>, Condvar),
}

impl App {
    /// A service without a door, for tests in memory too.
    ///
    /// # Errors
    /// A workspace that cannot be watched.
    pub fn new(key: Key, workspace: Option<Workspace>, options: Options) -> Result<Arc<Self>> {
        let office = options.office.as_deref().map(Shelf::open).unwrap_or_default();
        let app = Arc::new(Self {
            office,
            options,
            launches: Launches::default(),
            started: AtomicU64::new(0),
            key,
            room: RwLock::new(None),
            port: OnceLock::new(),
            tls_port: OnceLock::new(),
            over: (Mutex::new(false), Condvar::new()),
        });
        if let Some(workspace) = workspace {
            app.enter(workspace)?;
        }
        Ok(app)
    }

    /// The workspace, once there is one.
    ///
    /// # Errors
    /// The first start is not over.
    pub fn room(&self) -> std::result::Result<Arc<Room>, Problem> {
        self.room.read().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(|| {
            let hint = "はじめに、作業フォルダーを選んでください。";
            Problem::new(409, "setup-needed", "作業フォルダーがまだ決まっていません。", hint)
        })
    }

    /// Opens a workspace and starts watching it.
    ///
    /// # Errors
    /// Somebody else watches it, or it cannot be read.
    pub fn enter(&self, workspace: Workspace) -> Result<Arc<Room>> {
        let desk = (self.options.watch)(&workspace)?;
        let room = Room::open(workspace, desk, self.options.typesetter)?;
        *self.room.write().unwrap_or_else(PoisonError::into_inner) = Some(room.clone());
        self.started.fetch_add(1, Ordering::Relaxed);
        Ok(room)
    }

    /// The key.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The port of the page, once the door is open.
    pub fn port(&self) -> u16 {
        self.port.get().copied().unwrap_or_default()
    }

    /// The port for Excel, if there is one.
    pub fn tls_port(&self) -> Option<u16> {
        self.tls_port.get().copied()
    }

    /// A file of Office.js as it was taken, by a name on the list.
    pub fn office_file(&self, name: &str) -> Option<Vec<u8>> {
        self.office.get(name).map(<[u8]>::to_vec)
    }

    /// Whether Office.js is here whole.
    pub fn has_office(&self) -> bool {
        self.office.is_complete()
    }

    /// Today.
    pub fn today(&self) -> Date {
        (self.options.today)()
    }

    /// An address that opens the page once.
    ///
    /// # Errors
    /// No random numbers.
    pub fn launch_address(&self) -> Result<String> {
        Ok(format!("http://127.0.0.1:{}/#t={}", self.port(), self.launches.issue()?))
    }

    /// Asks the service to end.
    pub fn stop(&self) {
        *self.over.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.over.1.notify_all();
    }

    fn wait(&self) {
        let mut over = self.over.0.lock().unwrap_or_else(PoisonError::into_inner);
        while !*over {
            over = self.over.1.wait(over).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn route(&self, head: &Head) -> std::result::Result<router::Found, Problem> {
        let found = router::find(head)?;
        guard::check_sender(head, found.route.access)?;
        if head.method == Method::Other || !found.method_fits {
            return Err(Problem::method_not_allowed());
        }
        guard::check_content(head)?;
        match found.route.access {
            Access::Key => guard::check_key(head, &self.key)?,
            Access::Page | Access::Open | Access::Token => {}
        }
        Ok(found)
    }
}

impl Handler for App {
    fn admit(&self, head: &Head) -> std::result::Result<u64, Response> {
        match self.route(head) {
            Ok(found) => Ok(found.route.most),
            Err(problem) => {
                // Where nothing is, a stranger learns nothing but that.
                let problem = match guard::check_sender(head, Access::Page) {
                    Err(foreign) => foreign,
                    Ok(()) => problem,
                };
                let allow = router::allowed(head);
                let response = self.refuse(&problem);
                Err(if problem.status == 405 { response.with("Allow", allow) } else { response })
            }
        }
    }

    fn answer(&self, request: &Request) -> Response {
        let found = match self.route(&request.head) {
            Ok(found) => found,
            Err(problem) => return self.refuse(&problem),
        };
        let icon = found.route.icon;
        let response = (found.route.run)(self, &found.call(request)).unwrap_or_else(|problem| problem.response());
        guard::secure(response, icon, guard::nobodys_page(&request.head))
    }

    fn refuse(&self, problem: &Problem) -> Response {
        guard::secure(problem.response(), false, false)
    }
}

/// An open service.
pub struct Service {
    app: Arc<App>,
    fronts: Vec<Front>,
}

impl Service {
    /// Opens the doors of a workspace, or of the first start.
    ///
    /// # Errors
    /// No port can be opened; the workspace is in use.
    pub fn start(workspace: Option<Workspace>, options: Options) -> Result<Self> {
        let root = workspace.as_ref().map(|workspace| workspace.folder(""));
        let mut card = options.cards.card(root.as_deref())?;
        let (limits, tls) = (options.limits, options.tls.clone());
        let cards = options.cards.clone();
        let app = App::new(card.key()?, workspace, options)?;
        let handler: Arc<dyn Handler> = app.clone();
        let front = open(&mut card, &handler, limits)?;
        let _ = app.port.set(front.port());
        let mut fronts = vec![front];
        if let Some(config) = tls {
            // The manifest names this port: it never moves by itself.
            let port = match card.tls_port {
                Some(port) => port,
                None => random_port()?,
            };
            let front = Front::open(port, Some(config), handler, limits).map_err(|error| {
                Error::Usage(format!(
                    "Excel用のポート {port} をほかのプログラムが使っているため、開けませんでした。chiiki-sheet addin を実行し直してください。（{error}）"
                ))
            })?;
            card.tls_port = Some(front.port());
            let _ = app.tls_port.set(front.port());
            fronts.push(front);
        }
        cards.keep(&card)?;
        Ok(Self { app, fronts })
    }

    /// What the answers see.
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Waits until somebody asks the service to end.
    pub fn wait(&self) {
        self.app.wait();
    }

    /// Connections open now.
    pub fn guests(&self) -> usize {
        self.fronts.iter().map(Front::guests).sum()
    }

    /// Closes doors, queue and watching.
    pub fn close(mut self) {
        self.app.stop();
        // Whoever asked for the end is still to get the answer.
        let until = Instant::now() + LAST_ANSWERS;
        while self.guests() > 0 && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
        for front in &mut self.fronts {
            front.close();
        }
        if let Ok(room) = self.app.room() {
            room.jobs.close();
            room.library.remember();
            room.desk.stop();
        }
    }
}

/// The kept port; when another program has it, a new one: nothing but this file names it.
fn open(card: &mut Card, handler: &Arc<dyn Handler>, limits: Limits) -> Result<Front> {
    let mut last = None;
    for _ in 0..20 {
        match Front::open(card.port, None, handler.clone(), limits) {
            Ok(front) => return Ok(front),
            Err(error) => last = Some(error),
        }
        card.port = random_port()?;
    }
    let reason = last.map(|error| error.to_string()).unwrap_or_default();
    Err(Error::Usage(format!(
        "画面のためのポートを開けませんでした。ウイルス対策ソフトなどの設定を確かめてください。（{reason}）"
    )))
}
