//! `run` without `--once`, `open` and `stop`: the page beside Excel.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::args::{Open, Stop};
use super::interrupt;
use super::progress::Bars;
use crate::addin::certificate;
use crate::addin::place::Places;
use crate::clock::Moment;
use crate::error::{Error, Result};
use crate::model::Date;
use crate::serve::opener::{Opener, SystemOpener};
use crate::serve::place::{Card, Cards};
use crate::serve::watched::Watched;
use crate::serve::{Options, Service, client};
use crate::watch::{self, News, Stopped};
use crate::workspace::Workspace;

/// Serves the page of a workspace (or of the first start) until it is asked to stop.
pub fn serve(workspace: Option<Workspace>, open: bool, date: Option<Date>) -> Result<()> {
    let cards = Cards::of_user()?;
    let root = workspace.as_ref().map(|workspace| workspace.folder(""));
    if let Some(card) = running(&cards, root.as_deref())? {
        println!("この作業フォルダーの chiiki-sheet は、もう動いています。");
        return if open { open_page(&card) } else { Ok(()) };
    }
    interrupt::listen();
    let engine =
        watch::Options { date, told_to_stop: interrupt::is_told, listener: listener(), ..watch::Options::default() };
    let (ended, end) = channel();
    // The page may move on to another workspace (from the sample to one's own); the engine that is left behind ends
    // without ending the service.
    let newest = Arc::new(AtomicUsize::new(0));
    let mut options = Options::new(Box::new(move |workspace| {
        let watched = Arc::new(Watched::start(workspace, engine.clone())?);
        let (number, newest) = (newest.fetch_add(1, Ordering::SeqCst) + 1, newest.clone());
        // Whoever asks the engine to stop (`stop`, Ctrl+C, a logoff) ends the service too.
        let (handle, ended) = (watched.handle().clone(), ended.clone());
        std::thread::spawn(move || {
            while !handle.is_stopping() {
                std::thread::sleep(Duration::from_millis(200));
            }
            if newest.load(Ordering::SeqCst) == number {
                let _ = ended.send(());
            }
        });
        Ok(watched)
    }))?;
    options.tls = for_excel()?;
    let service = Service::start(workspace, options)?;
    let app = Arc::clone(service.app());
    std::thread::spawn(move || {
        while matches!(end.recv_timeout(Duration::from_millis(500)), Err(RecvTimeoutError::Timeout)) {
            if interrupt::is_told() {
                break;
            }
        }
        app.stop();
    });
    println!("画面: http://127.0.0.1:{}/ （chiiki-sheet open で開きます）", service.app().port());
    if open {
        let address = service.app().launch_address()?;
        if let Err(error) = SystemOpener.open_page(&address) {
            println!("ブラウザーを開けませんでした（{error}）。このアドレスを60秒以内に開いてください: {address}");
        }
    }
    service.wait();
    service.close();
    println!("終了しました。");
    Ok(())
}

/// What the watching says, on the terminal: every line of the log with its time, a bar while work goes on.
fn listener() -> Arc<watch::Listener> {
    let bars = Mutex::new(Bars::default());
    Arc::new(move |news| {
        let mut bars = bars.lock().unwrap_or_else(PoisonError::into_inner);
        match news {
            News::Line(text) => {
                let now = Moment::now().to_string();
                bars.line(&format!("{}　{text}", now.split_once(' ').map_or(now.as_str(), |(_, time)| time)));
            }
            News::Work(work) => bars.work(work),
            News::Rest => bars.rest(),
        }
    })
}

/// The encrypted door for Excel, where a certificate was made. One that cannot be used is told, and the page goes on
/// without it.
fn for_excel() -> Result<Option<Arc<rustls::ServerConfig>>> {
    let dir = Places::of_user()?.tls();
    if certificate::status(&dir).is_ok_and(|status| status.is_none()) {
        return Ok(None);
    }
    match certificate::server_config(&dir) {
        Ok(config) => Ok(Some(config)),
        Err(error) => {
            println!("Excelのアドインは使えません。{error}");
            Ok(None)
        }
    }
}

/// `open`: the page of a running service, or a service of its own.
pub fn open(arguments: &Open) -> Result<()> {
    let cards = Cards::of_user()?;
    let root = match &arguments.workspace {
        Some(root) => Some(root.clone()),
        // The workspace used last that is still there.
        None => cards.workspaces().into_iter().find(|root| Workspace::open(root).is_ok()),
    };
    let workspace = root.as_deref().map(Workspace::open).transpose()?;
    if arguments.print {
        let card = running(&cards, root.as_deref())?.ok_or_else(no_page)?;
        println!("{}", launch_address(&card)?);
        return Ok(());
    }
    serve(workspace, true, None)
}

/// `stop`: asks the service to end; what it is writing is finished first.
pub fn stop(arguments: &Stop) -> Result<()> {
    let cards = Cards::of_user()?;
    let roots = match &arguments.workspace {
        Some(root) => vec![Some(root.clone())],
        None => cards.workspaces().into_iter().map(Some).chain([None]).collect(),
    };
    let mut stopped = 0;
    for root in roots {
        if let Some(card) = running(&cards, root.as_deref())? {
            client::command(&card, "/api/v1/stop", "{}")?;
            stopped += 1;
        } else if let Some(root) = root.filter(|root| root.is_dir()) {
            // Of another user of this PC, or without its page: asked by a file in the workspace.
            stopped += usize::from(watch::stop(&root, Duration::ZERO)? != Stopped::NotRunning);
        }
    }
    if stopped == 0 {
        return Err(not_running());
    }
    println!("終了を頼みました。書き込み中のものは、書き終えてから終わります。");
    Ok(())
}

fn no_page() -> Error {
    Error::Usage(
        "動いている chiiki-sheet は見つかりませんでした。chiiki-sheet open（作業フォルダーを決めるときは chiiki-sheet run --workspace フォルダー）で始めてから、もう一度実行してください。"
            .to_owned(),
    )
}

fn not_running() -> Error {
    Error::Usage("動いている chiiki-sheet は見つかりませんでした。".to_owned())
}

/// The card of a service that runs and proves to be this user's.
fn running(cards: &Cards, root: Option<&Path>) -> Result<Option<Card>> {
    match cards.known(root)? {
        Some(card) if client::is_running(&card)? => Ok(Some(card)),
        _ => Ok(None),
    }
}

fn launch_address(card: &Card) -> Result<String> {
    let answer = client::command(card, "/api/v1/launch-link", "{}")?;
    let address = answer.get("url").and_then(serde_json::Value::as_str);
    address.map(str::to_owned).ok_or_else(|| Error::Internal("no address".to_owned()))
}

fn open_page(card: &Card) -> Result<()> {
    let address = launch_address(card)?;
    SystemOpener.open_page(&address).map_err(|error| {
        Error::Usage(format!(
            "ブラウザーを開けませんでした（{error}）。このアドレスを60秒以内に開いてください: {address}"
        ))
    })
}
