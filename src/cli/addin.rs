//! `addin …`: the manifest, putting the add-in in place, looking at what hinders it, Office.js.

use std::path::{Path, PathBuf};

use super::addin_args::{Addin, AddinInstall, AddinManifest, Route};
use super::confirm::confirm;
use crate::addin::certificate;
use crate::addin::check;
use crate::addin::doctor::examine;
use crate::addin::install::{self, Plan};
use crate::addin::manifest::{Installation, render};
use crate::addin::officejs::{self, Shelf};
use crate::addin::place::{Places, private_file};
use crate::addin::system::{System, ThisPc, run_all, shown};
use crate::doctor::Check;
use crate::error::{Error, Result};
use crate::serve::place::{Card, Cards, random_port};
use crate::workspace::Workspace;

/// Runs one of them.
pub fn run(command: &Addin) -> Result<()> {
    match command {
        Addin::Manifest(args) => manifest(args),
        Addin::Check { file } => check_file(file),
        Addin::Install(args) => install(args),
        Addin::Uninstall { dry_run, yes } => uninstall(*dry_run, *yes),
        Addin::Doctor { workspace, json } => doctor(workspace.as_deref(), *json),
        Addin::Officejs { from, dry_run } => office_js(from, *dry_run),
    }
}

/// Port and key of the service the add-in will talk to.
struct Service {
    cards: Cards,
    card: Card,
    port: u16,
}

impl Service {
    fn installation(&self) -> Result<Installation> {
        Ok(Installation { port: self.port, key: Some(self.card.key()?.as_str().to_owned()) })
    }

    /// Writes the port down, so that the service opens it when it starts.
    fn keep(&self) -> Result<()> {
        if self.card.tls_port == Some(self.port) {
            return Ok(());
        }
        let mut card = self.card.clone();
        card.tls_port = Some(self.port);
        self.cards.keep(&card)
    }
}

fn last_used(cards: &Cards) -> Option<PathBuf> {
    cards.workspaces().into_iter().find(|root| Workspace::open(root).is_ok())
}

fn service(workspace: Option<&Path>, port: Option<u16>) -> Result<Service> {
    let cards = Cards::of_user()?;
    let root = workspace.map(Path::to_owned).or_else(|| last_used(&cards)).ok_or_else(|| {
        Error::Usage(
            "作業フォルダーがまだありません。chiiki-sheet init で作るか、--workspace で指定してください。".to_owned(),
        )
    })?;
    Workspace::open(&root)?;
    let card = cards.card(Some(&root))?;
    let port = match port.or(card.tls_port) {
        Some(port) => port,
        None => random_port()?,
    };
    Ok(Service { cards, card, port })
}

fn manifest(args: &AddinManifest) -> Result<()> {
    let service = service(args.workspace.as_deref(), args.port)?;
    let installation = service.installation()?;
    let text = render(&installation)?;
    service.keep()?;
    // It holds the key.
    private_file(&args.out, text.as_bytes())?;
    println!("アドインの定義を {} に書きました（{}）。", args.out.display(), installation.origin());
    Ok(())
}

fn check_file(file: &Path) -> Result<()> {
    let text = std::fs::read_to_string(file).map_err(Error::io(
        file,
        "読み取り",
        "ファイルの場所と、文字コードが UTF-8 かどうかを確かめてください。",
    ))?;
    let told = check::check(&text);
    if told.is_empty() {
        println!("誤りは見つかりませんでした。");
        return Ok(());
    }
    let lines: Vec<String> = told.iter().map(ToString::to_string).collect();
    Err(Error::Usage(format!("{}\n{}件の誤りがあります。", lines.join("\n"), told.len())))
}

fn install(args: &AddinInstall) -> Result<()> {
    let places = Places::of_user()?;
    let out = || {
        args.out
            .as_deref()
            .ok_or_else(|| Error::Usage("できたファイルを置くフォルダーを --out で指定してください。".to_owned()))
    };
    let service = service(args.workspace.as_deref(), args.port)?;
    let plan = match args.route {
        Route::User => install::for_user(&places, &service.installation()?)?,
        Route::Share => {
            let share = args.share.as_deref().ok_or_else(|| {
                Error::Usage(
                    "共有フォルダーを --share で \\\\サーバー名\\フォルダー の形で指定してください。".to_owned(),
                )
            })?;
            install::for_share(share, out()?, service.port)?
        }
        Route::Tenant => install::for_tenant(out()?, service.port)?,
    };
    show(&plan);
    if args.dry_run {
        println!("（--dry-run なので、まだ何もしていません。）");
        return Ok(());
    }
    let system = ThisPc;
    if !plan.steps.is_empty() && system.is_windows() && !confirm(args.yes)? {
        println!("何もしませんでした。");
        return Ok(());
    }
    service.keep()?;
    plan.write_files()?;
    if system.is_windows() {
        run_all(&system, &plan.steps)?;
    } else if !plan.steps.is_empty() {
        println!("ここは Windows ではないので、上の命令は実行していません。");
    }
    println!("このあと:");
    for (number, line) in plan.then.iter().enumerate() {
        println!("  {}. {line}", number + 1);
    }
    Ok(())
}

fn show(plan: &Plan) {
    println!("次のことをします:");
    for file in &plan.files {
        println!("  {}\n    {}", file.why, file.path.display());
    }
    print!("{}", shown(&plan.steps));
}

/// Everything of Excel's side goes: registration, manifest, trust, certificate, Office.js.
fn uninstall(dry_run: bool, yes: bool) -> Result<()> {
    let places = Places::of_user()?;
    let mut steps = install::forget();
    steps.extend(certificate::distrust(&places.tls())?);
    println!("次のことをします:\n{}", shown(&steps).trim_end());
    println!("  アドインの定義、証明書と鍵、Office.js のファイルを消します。");
    for path in [places.manifest(), places.tls(), places.officejs()] {
        println!("    {}", path.display());
    }
    if dry_run {
        println!("（--dry-run なので、まだ何もしていません。）");
        return Ok(());
    }
    if !confirm(yes)? {
        println!("何もしませんでした。");
        return Ok(());
    }
    let system = ThisPc;
    if system.is_windows() {
        run_all(&system, &steps)?;
    } else {
        println!("ここは Windows ではないので、上の命令は実行していません。");
    }
    install::remove_files(&places)?;
    certificate::remove_files(&places.tls())?;
    Shelf::remove(&places.officejs())?;
    println!(
        "アドインを取り除きました。ボタンが残っているときは、Excelの「ファイル」→「オプション」→「トラスト センター」→「信頼されているアドイン カタログ」で「次回 Office の起動時に…キャッシュをクリアする」を選び、Excelを開き直してください。"
    );
    Ok(())
}

fn doctor(workspace: Option<&Path>, json: bool) -> Result<()> {
    let cards = Cards::of_user()?;
    let root = workspace.map(Path::to_owned).or_else(|| last_used(&cards));
    let port = cards.known(root.as_deref())?.and_then(|card| card.tls_port);
    let checks = examine(&Places::of_user()?, port, &ThisPc);
    if json {
        let text = serde_json::to_string_pretty(&serde_json::json!({ "checks": checks }))
            .map_err(|error| Error::Internal(error.to_string()))?;
        println!("{text}");
        return Ok(());
    }
    for check in &checks {
        println!("{}", line(check));
        if let Some(hint) = &check.hint {
            println!("      → {hint}");
        }
    }
    Ok(())
}

fn line(check: &Check) -> String {
    let mark = match check.ok {
        Some(true) => "よい",
        Some(false) => "要確認",
        None => "不明",
    };
    format!("［{mark}］{}：{}", check.name, check.message)
}

fn office_js(from: &Path, dry_run: bool) -> Result<()> {
    let package = officejs::read(from)?;
    let dir = Places::of_user()?.officejs();
    println!("Office.js {}（SHA-256 {}）から次のファイルを取り出します:", package.version, package.sha256);
    for (name, bytes) in &package.files {
        println!("  {name}（{} バイト）", bytes.len());
    }
    println!("使用条件は、同じ場所に置く LICENSE.md をご覧ください。");
    if dry_run {
        println!("（--dry-run なので、まだ何もしていません。）");
        return Ok(());
    }
    Shelf::put(&dir, &package)?;
    println!("{} に置きました。サービスを起動し直すと使われます。", dir.display());
    Ok(())
}
