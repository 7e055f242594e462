//! `init`: a workspace to drop files into.

use super::args::Init;
use crate::error::Result;
use crate::workspace::Workspace;

/// Makes what is not there yet; what is there stays.
pub fn run(arguments: &Init) -> Result<()> {
    let known = arguments.dir.join("設定.toml").exists();
    Workspace::create(&arguments.dir)?;
    if known {
        println!("作業フォルダーはもうあります。足りないものだけを作りました: {}", arguments.dir.display());
    } else {
        println!("作業フォルダーを作りました: {}", arguments.dir.display());
    }
    println!("1. 「設定.toml」をメモ帳で開き、自地域を書いてください。");
    println!("2. 「受付」フォルダーに、見える化システムなどから出力したファイルを入れてください。");
    println!("3. chiiki-sheet run --workspace \"{}\" --once で、シートが「出力」に入ります。", arguments.dir.display());
    Ok(())
}
