//! `addin …`: the manifest, putting the add-in in place, looking at what hinders it, Office.js.

use std::path::Path;

use super::args::{Addin, AddinInstall, AddinManifest, Route};
use super::confirm::confirm;
use crate::addin::certificate;
use crate::addin::check;
use crate::addin::doctor::{Check, examine};
use crate::addin::install::{self, Plan};
use crate::addin::manifest::{Installation, render};
use crate::addin::officejs::{self, Shelf};
use crate::addin::place::Places;
use crate::addin::system::{System, ThisPc, run_all, shown};
use crate::error::{Error, Result};

/// Runs one of them.
pub fn run(command: &Addin) -> Result<()> {
    match command {
        Addin::Manifest(args) => manifest(args),
        Addin::Check { file } => check_file(file),
        Addin::Install(args) => install(args),
        Addin::Uninstall { dry_run, yes } => uninstall(*dry_run, *yes),
        Addin::Doctor { port, json } => doctor(*port, *json),
        Addin::Officejs { from, dry_run } => office_js(from, *dry_run),
    }
}

fn manifest(args: &AddinManifest) -> Result<()> {
    let installation = Installation { port: args.port, key: args.key.clone() };
    let text = render(&installation)?;
    let hint = "書き込める場所かどうか確かめてください。";
    std::fs::write(&args.out, text).map_err(Error::io(&args.out, "保存", hint))?;
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
    let plan = match args.route {
        Route::User => install::for_user(&places, &Installation { port: args.port, key: args.key.clone() })?,
        Route::Share => {
            let share = args.share.as_deref().ok_or_else(|| {
                Error::Usage(
                    "共有フォルダーを --share で \\\\サーバー名\\フォルダー の形で指定してください。".to_owned(),
                )
            })?;
            install::for_share(share, out()?, args.port)?
        }
        Route::Tenant => install::for_tenant(out()?, args.port)?,
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

fn doctor(port: Option<u16>, json: bool) -> Result<()> {
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
