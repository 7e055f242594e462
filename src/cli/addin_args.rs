//! What can be asked of `addin` and `tls`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// `addin …`
#[derive(Debug, Subcommand)]
pub enum Addin {
    /// アドインの定義（マニフェスト）を書き出します
    Manifest(AddinManifest),
    /// アドインの定義に誤りがないか調べます
    Check {
        /// 調べるファイル
        #[arg(value_name = "ファイル")]
        file: PathBuf,
    },
    /// アドインをExcelに登録します
    Install(AddinInstall),
    /// アドインの登録、証明書、Office.js をすべて取り除きます
    Uninstall {
        /// することを表示するだけで、何も変えません
        #[arg(long)]
        dry_run: bool,
        /// 確認せずに実行します
        #[arg(long)]
        yes: bool,
    },
    /// アドインが使えるかどうか、ひとつずつ確かめます
    Doctor {
        /// 作業フォルダー（指定しないと、最後に使ったもの）
        #[arg(long, value_name = "フォルダー")]
        workspace: Option<PathBuf>,
        /// 結果をJSONで出力します
        #[arg(long)]
        json: bool,
    },
    /// インターネットにつながらないPCのために、Office.js を取り込みます
    Officejs {
        /// npm パッケージ @microsoft/office-js の .tgz ファイル
        #[arg(long, value_name = "ファイル")]
        from: PathBuf,
        /// することを表示するだけで、何も変えません
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, Args)]
pub struct AddinManifest {
    /// 書き出すファイル
    #[arg(long, value_name = "ファイル")]
    pub out: PathBuf,
    /// 作業フォルダー（指定しないと、最後に使ったもの）
    #[arg(long, value_name = "フォルダー")]
    pub workspace: Option<PathBuf>,
    /// サービスの https のポートを決め直します
    #[arg(long, value_name = "番号", value_parser = clap::value_parser!(u16).range(1024..))]
    pub port: Option<u16>,
}

#[derive(Debug, Args)]
pub struct AddinInstall {
    /// 登録のしかた（user：この利用者だけ、share：共有フォルダー、tenant：Microsoft 365 管理センター）
    #[arg(long, value_enum, default_value_t = Route::User, value_name = "方法")]
    pub route: Route,
    /// 共有フォルダー（\\サーバー名\フォルダー。share のとき）
    #[arg(long, value_name = "共有フォルダー")]
    pub share: Option<String>,
    /// できたファイルを置くフォルダー（share と tenant のとき）
    #[arg(long, value_name = "フォルダー")]
    pub out: Option<PathBuf>,
    /// 作業フォルダー（指定しないと、最後に使ったもの）
    #[arg(long, value_name = "フォルダー")]
    pub workspace: Option<PathBuf>,
    /// サービスの https のポートを決め直します
    #[arg(long, value_name = "番号", value_parser = clap::value_parser!(u16).range(1024..))]
    pub port: Option<u16>,
    /// することを表示するだけで、何も変えません
    #[arg(long)]
    pub dry_run: bool,
    /// 確認せずに実行します
    #[arg(long)]
    pub yes: bool,
}

/// Ways to bring the add-in to Excel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Route {
    /// The registry of this user
    #[value(help = "この利用者だけ")]
    User,
    /// A shared folder
    #[value(help = "共有フォルダー")]
    Share,
    /// The tenant's administrator
    #[value(help = "Microsoft 365 管理センター")]
    Tenant,
}

/// `tls …`
#[derive(Debug, Subcommand)]
pub enum Tls {
    /// このPC専用の証明書を作ります
    Create {
        /// することを表示するだけで、何も変えません
        #[arg(long)]
        dry_run: bool,
    },
    /// 証明書を、この利用者の「信頼されたルート証明機関」に加えます
    Trust {
        /// することを表示するだけで、何も変えません
        #[arg(long)]
        dry_run: bool,
        /// 確認せずに実行します
        #[arg(long)]
        yes: bool,
    },
    /// 証明書の期限などを見ます
    Status,
    /// 証明書を新しいものに取り替えます
    Renew {
        /// することを表示するだけで、何も変えません
        #[arg(long)]
        dry_run: bool,
        /// 確認せずに実行します
        #[arg(long)]
        yes: bool,
    },
    /// 証明書と、その登録を取り除きます
    Remove {
        /// することを表示するだけで、何も変えません
        #[arg(long)]
        dry_run: bool,
        /// 確認せずに実行します
        #[arg(long)]
        yes: bool,
    },
    /// 職場で発行された証明書（名前に localhost を含むもの）を取り込みます
    Import {
        /// 証明書（PEM 形式）
        #[arg(long, value_name = "ファイル")]
        cert: PathBuf,
        /// 秘密鍵（PEM 形式、パスワードなし）
        #[arg(long, value_name = "ファイル")]
        key: PathBuf,
    },
}
