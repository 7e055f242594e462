//! `tls …`: the certificate of `https://localhost`.

use std::path::Path;

use super::addin_args::Tls;
use super::confirm::confirm;
use crate::addin::certificate::{self, Kind, VALID_DAYS};
use crate::addin::place::Places;
use crate::addin::system::{Step, System, ThisPc, run_all, shown};
use crate::error::{Error, Result};

/// Runs one of them.
pub fn run(command: &Tls) -> Result<()> {
    let dir = Places::of_user()?.tls();
    match command {
        Tls::Create { dry_run } => create(&dir, *dry_run),
        Tls::Trust { dry_run, yes } => trust(&dir, *dry_run, *yes),
        Tls::Status => status(&dir),
        Tls::Renew { dry_run, yes } => renew(&dir, *dry_run, *yes),
        Tls::Remove { dry_run, yes } => remove(&dir, *dry_run, *yes),
        Tls::Import { cert, key } => import(&dir, cert, key),
    }
}

const DRY: &str = "（--dry-run なので、まだ何もしていません。）";

fn create(dir: &Path, dry_run: bool) -> Result<()> {
    if let Some(status) = certificate::status(dir)?.filter(|status| status.days_left >= 0 && !status.exposed) {
        println!(
            "証明書はもうあります（{}まで）。新しくするには chiiki-sheet tls renew を使います。",
            status.card.until
        );
        return Ok(());
    }
    println!(
        "localhost と 127.0.0.1 だけに使える、このPC専用の証明書を {} に作ります（{VALID_DAYS}日間）。",
        dir.display()
    );
    println!("署名に使った鍵は残しません。ほかのサイトの証明書を作ることは、だれにもできません。");
    if dry_run {
        println!("{DRY}");
        return Ok(());
    }
    let card = certificate::create(dir)?;
    println!("作りました（{}まで、拇印 {}）。", card.until, card.thumbprint.as_deref().unwrap_or_default());
    println!("次に chiiki-sheet tls trust で、Excelがこの証明書を認めるようにします。");
    Ok(())
}

fn trust(dir: &Path, dry_run: bool, yes: bool) -> Result<()> {
    let steps = certificate::trust(dir)?;
    println!("次の命令を実行します:\n{}", shown(&steps).trim_end());
    println!(
        "Windowsが「セキュリティ警告」の画面を出します。表示された拇印が次と同じことを確かめて「はい」を選んでください。"
    );
    if let Some(thumbprint) = certificate::status(dir)?.and_then(|status| status.card.thumbprint) {
        println!("  拇印 {}", spaced(&thumbprint));
    }
    if !carry_out(&steps, dry_run, yes)? {
        return Ok(());
    }
    certificate::forget_replaced(dir)?;
    println!("登録しました。取り消すには chiiki-sheet tls remove を使います。");
    Ok(())
}

/// Runs the commands where it may; `false` when nothing was run.
fn carry_out(steps: &[Step], dry_run: bool, yes: bool) -> Result<bool> {
    if dry_run {
        println!("{DRY}");
        return Ok(false);
    }
    if !ThisPc.is_windows() {
        println!("ここは Windows ではないので、実行していません。");
        return Ok(false);
    }
    if !confirm(yes)? {
        println!("何もしませんでした。");
        return Ok(false);
    }
    run_all(&ThisPc, steps)?;
    Ok(true)
}

fn status(dir: &Path) -> Result<()> {
    let Some(status) = certificate::status(dir)? else {
        println!("証明書はありません。chiiki-sheet tls create で作れます。");
        return Ok(());
    };
    let kind = match status.card.kind {
        Kind::Own => "このPCで作ったもの",
        Kind::Imported => "取り込んだもの",
    };
    println!("証明書：{kind}（{}から{}まで、残り{}日）", status.card.from, status.card.until, status.days_left);
    println!("置き場所：{}", dir.display());
    if let Some(thumbprint) = &status.card.thumbprint {
        println!("拇印：{}", spaced(thumbprint));
    }
    if status.exposed {
        println!("鍵をほかの利用者が読めるため、使いません。chiiki-sheet tls renew で作り直してください。");
    }
    if status.ends_soon() {
        let how = if status.card.kind == Kind::Own { "tls renew" } else { "tls import" };
        println!("chiiki-sheet {how} で新しくしてください。");
    }
    let trusted = match certificate::trusted(dir, &ThisPc) {
        Some(true) => "Windowsに登録されています。",
        Some(false) => "Windowsに登録されていません。chiiki-sheet tls trust で登録できます。",
        None => "Windowsに登録されているかは、ここでは確認できません。",
    };
    println!("{trusted}");
    Ok(())
}

fn renew(dir: &Path, dry_run: bool, yes: bool) -> Result<()> {
    if certificate::status(dir)?.is_some_and(|status| status.card.kind == Kind::Imported) {
        return Err(Error::Usage(
            "取り込んだ証明書は、ここでは新しくできません。新しいものを chiiki-sheet tls import で取り込んでください。"
                .to_owned(),
        ));
    }
    println!("新しい証明書を {} に作り、前のものと取り替えます。", dir.display());
    if dry_run {
        println!("{DRY}");
        return Ok(());
    }
    let card = certificate::create(dir)?;
    println!("作りました（{}まで）。サービスを起動し直してください。", card.until);
    trust(dir, false, yes)
}

fn remove(dir: &Path, dry_run: bool, yes: bool) -> Result<()> {
    let steps = certificate::distrust(dir)?;
    println!("次のことをします:\n{}", shown(&steps).trim_end());
    println!("  証明書と鍵のファイルを消します。\n    {}", dir.display());
    if dry_run {
        println!("{DRY}");
        return Ok(());
    }
    if !confirm(yes)? {
        println!("何もしませんでした。");
        return Ok(());
    }
    if ThisPc.is_windows() {
        run_all(&ThisPc, &steps)?;
    } else if !steps.is_empty() {
        println!("ここは Windows ではないので、上の命令は実行していません。");
    }
    certificate::remove_files(dir)?;
    println!("取り除きました。");
    Ok(())
}

fn import(dir: &Path, cert: &Path, key: &Path) -> Result<()> {
    let card = certificate::import(dir, cert, key)?;
    println!("証明書を取り込みました（{}まで）。サービスを起動し直すと使われます。", card.until);
    if !card.replaced.is_empty() {
        println!("前にこのPCで作った証明書は、chiiki-sheet tls remove をするまで Windows に残ります。");
    }
    Ok(())
}

/// In groups of eight, as the warning of Windows shows it.
fn spaced(thumbprint: &str) -> String {
    let letters: Vec<char> = thumbprint.chars().collect();
    letters.chunks(8).map(|part| part.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}
