//! Putting the add-in in place: the routes Office knows, each as files and commands that are shown first.

use std::path::{Path, PathBuf};

use super::manifest::{ID, Installation, render};
use super::place::{Places, private_file, private_folder};
use super::system::Step;
use crate::error::{Error, Result};

/// Where Excel looks for an add-in of this user.
pub const DEVELOPER_KEY: &str = r"HKCU\SOFTWARE\Microsoft\Office\16.0\Wef\Developer";
/// Where Excel looks for shared folders with add-ins.
const CATALOGS_KEY: &str = r"HKEY_CURRENT_USER\Software\Microsoft\Office\16.0\WEF\TrustedCatalogs";
/// The product's catalog in that list.
pub const CATALOG_ID: &str = "{9a0f2c11-60d5-4c0e-8a37-1b7f44c2d0e6}";

/// One file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// Where
    pub path: PathBuf,
    /// What for
    pub why: String,
    /// Content
    pub bytes: Vec<u8>,
}

/// Everything one route does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Files to write
    pub files: Vec<NewFile>,
    /// Commands to run
    pub steps: Vec<Step>,
    /// What the person does then
    pub then: Vec<String>,
}

impl Plan {
    /// Writes the files. The commands are run by [`super::system::run_all`].
    ///
    /// # Errors
    /// A folder that cannot be written to.
    pub fn write_files(&self) -> Result<()> {
        for file in &self.files {
            if let Some(folder) = file.path.parent().filter(|folder| !folder.is_dir()) {
                private_folder(folder)?;
            }
            private_file(&file.path, &file.bytes)?;
        }
        Ok(())
    }
}

/// For this user alone: the manifest in the user's own folder, and one registry value that names it.
///
/// # Errors
/// See [`render`].
pub fn for_user(places: &Places, installation: &Installation) -> Result<Plan> {
    let path = places.manifest();
    let shown = path.display().to_string();
    let mut step = Step::new(
        "Excelに、このアドインの定義の場所を知らせます（今の利用者のレジストリだけを変えます）。",
        "reg",
        &["add", DEVELOPER_KEY, "/v", ID, "/t", "REG_SZ", "/d"],
    );
    step.arguments.extend([shown, "/f".to_owned()]);
    Ok(Plan {
        files: vec![NewFile {
            path,
            why: "アドインの定義を書きます（このPCの鍵が入っています。ほかの人に渡さないでください）。".to_owned(),
            bytes: render(installation)?.into_bytes(),
        }],
        steps: vec![step],
        then: vec![
            "Excelを開き直すと、「ホーム」タブの右の方に「地域分析」のボタンが出ます。".to_owned(),
            "出ないときは chiiki-sheet addin doctor を実行してください。".to_owned(),
        ],
    })
}

/// For a shared folder: the manifest without a key, and a `.reg` file that makes Excel trust the folder.
///
/// # Errors
/// A share that is not `\\server\folder`; see [`render`].
pub fn for_share(share: &str, out: &Path, port: u16) -> Result<Plan> {
    let parts: Vec<&str> = share.strip_prefix(r"\\").unwrap_or_default().split('\\').collect();
    let bad = parts.len() < 2
        || parts.iter().any(|part| part.is_empty())
        || share.chars().any(|c| c.is_control() || "\"<>|?*/".contains(c));
    if bad {
        return Err(Error::Usage(format!(
            "共有フォルダー「{share}」は \\\\サーバー名\\フォルダー の形で書いてください（C:\\… の形は Office が受け付けません）。"
        )));
    }
    let installation = Installation { port, key: None };
    Ok(Plan {
        files: vec![
            NewFile {
                path: out.join("manifest.xml"),
                why: format!("アドインの定義を書きます。これを {share} に置いてください。"),
                bytes: render(&installation)?.into_bytes(),
            },
            NewFile {
                path: out.join("共有フォルダーを信頼.reg"),
                why: "Excelに共有フォルダーを知らせるレジストリの設定です。利用者がダブルクリックして登録します。"
                    .to_owned(),
                bytes: registry_file(&trust_catalog(share)),
            },
            NewFile {
                path: out.join("共有フォルダーの信頼をやめる.reg"),
                why: "その設定を取り除くものです。".to_owned(),
                bytes: registry_file(&format!("[-{CATALOGS_KEY}\\{CATALOG_ID}]\r\n")),
            },
        ],
        steps: Vec::new(),
        then: vec![
            format!("manifest.xml を {share} に置きます。"),
            "各利用者が「共有フォルダーを信頼.reg」を登録し、Excelを開き直します。".to_owned(),
            "「ホーム」→「アドイン」→「詳細設定」→「共有フォルダー」から「地域分析・検討シート」を加えます。"
                .to_owned(),
            format!(
                "どのPCでもサービスのポートを {port} にそろえておきます。画面を初めて開いたときは、ブラウザーの画面から開き直すよう案内されます。"
            ),
        ],
    })
}

fn trust_catalog(share: &str) -> String {
    let escaped = share.replace('\\', "\\\\");
    format!(
        "[{CATALOGS_KEY}\\{CATALOG_ID}]\r\n\"Id\"=\"{CATALOG_ID}\"\r\n\"Url\"=\"{escaped}\"\r\n\"Flags\"=dword:00000001\r\n"
    )
}

/// A `.reg` file as regedit writes it: UTF-16 with a byte order mark.
fn registry_file(body: &str) -> Vec<u8> {
    let text = format!("\u{feff}Windows Registry Editor Version 5.00\r\n\r\n{body}");
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// For a tenant's administrator: the manifest without a key and what to do with it.
///
/// # Errors
/// See [`render`].
pub fn for_tenant(out: &Path, port: u16) -> Result<Plan> {
    let installation = Installation { port, key: None };
    Ok(Plan {
        files: vec![NewFile {
            path: out.join("manifest.xml"),
            why: "アドインの定義を書きます。これを管理センターで登録します。".to_owned(),
            bytes: render(&installation)?.into_bytes(),
        }],
        steps: Vec::new(),
        then: vec![
            "Microsoft 365 管理センター →「設定」→「統合アプリ」→「カスタム アプリをアップロード」で manifest.xml を登録します。".to_owned(),
            "割り当てる利用者を選びます。PCに表示されるまで、1日ほどかかることがあります。".to_owned(),
            format!("どのPCでもサービスのポートを {port} にそろえ、証明書（chiiki-sheet tls）も各PCで用意します。"),
            "「オプションの接続エクスペリエンス」を切っている職場でも、この方法で配ったアドインは使えます。インターネットにつながらないPCには配れません。".to_owned(),
        ],
    })
}

/// The commands that make Excel forget the add-in.
pub fn forget() -> Vec<Step> {
    vec![
        Step::new(
            "Excelに知らせたアドインの定義の場所を取り除きます。",
            "reg",
            &["delete", DEVELOPER_KEY, "/v", ID, "/f"],
        )
        .or_nothing(),
    ]
}

/// Takes the manifest away.
///
/// # Errors
/// A file that cannot be removed.
pub fn remove_files(places: &Places) -> Result<()> {
    let path = places.manifest();
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Error::io(path, "削除", "Excelを閉じてから、もう一度実行してください。")(
                error,
            ));
        }
        _ => {}
    }
    if let Some(folder) = path.parent() {
        let _ = std::fs::remove_dir(folder);
    }
    Ok(())
}
