//! What can be asked for on the command line, in Japanese.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::addin_args::{Addin, Tls};
use crate::model::Date;

/// 統計のファイルから「地域分析・検討シート」（Excel）を作ります。
#[derive(Debug, Parser)]
#[command(name = "chiiki-sheet", version, disable_help_subcommand = true, arg_required_else_help = true)]
pub struct Arguments {
    /// 何をするか
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// 架空の保険者の資料で、ひととおりの流れを試します
    Demo(Demo),
    /// 作業フォルダー（受付・処理済・隔離・出力・設定.toml）を作ります
    Init(Init),
    /// 「受付」を見張り、入れたファイルを取り込んで、シートを「出力」に作ります
    Run(Run),
    /// 画面（ブラウザー）を開きます
    Open(Open),
    /// 動いている chiiki-sheet を終わらせます
    Stop(Stop),
    /// ファイルから何が読み取れるかを見ます（何も保存しません）
    Inspect(Inspect),
    /// ファイルを作業フォルダーに取り込みます
    Import(Import),
    /// シートを作ります
    Fill(Box<Fill>),
    /// 足りない数値と、それがそろう出力のしかたを調べます
    Missing(Missing),
    /// できたシートの数値が、どのファイルのどのセルから来たかを見ます
    Explain(Explain),
    /// 何か所もの保険者のシートを、続けて作ります
    Batch(Batch),
    /// 取り込みの記録を、保管してある元のファイルから作り直します
    Rebuild(Rebuild),
    /// まちがえて入れたファイルの数値を、取り込みの記録から取り除きます
    Forget(Forget),
    /// 作業フォルダーとこのPCの具合を調べます
    Doctor(Doctor),
    /// 決まった様式でない表の「読み方」を作り、試します
    #[command(subcommand)]
    Mapping(MappingCommand),
    /// 自分で作ったひな形の差し込み記号（{{…}}）を調べます
    Lint(Lint),
    /// Excelのアドインを用意します
    #[command(subcommand, arg_required_else_help = true)]
    Addin(Addin),
    /// アドインのための証明書（https://localhost）を用意します
    #[command(subcommand, arg_required_else_help = true)]
    Tls(Tls),
    /// 配布資料とシートの文のひな形を、書きかえるためのファイルに書き出します
    Template(Template),
}

#[derive(Debug, Args)]
pub struct Demo {
    /// 試しに作るフォルダー（空か、まだ無いフォルダー）
    #[arg(long, value_name = "フォルダー")]
    pub dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Open {
    /// 作業フォルダー（書かないと、前に使ったもの）
    #[arg(long, value_name = "フォルダー")]
    pub workspace: Option<PathBuf>,
    /// 開かずに、画面のアドレス（60秒のあいだ1回だけ使えます）を表示します
    #[arg(long)]
    pub print: bool,
}

#[derive(Debug, Args)]
pub struct Stop {
    /// 作業フォルダー（書かないと、動いているものすべて）
    #[arg(long, value_name = "フォルダー")]
    pub workspace: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Init {
    /// 作業フォルダーにする場所
    #[arg(value_name = "フォルダー")]
    pub dir: PathBuf,
}

#[derive(Debug, Args)]
pub struct Run {
    /// 作業フォルダー
    #[arg(long, value_name = "フォルダー")]
    pub workspace: PathBuf,
    /// いま「受付」にあるファイルを処理して終わります
    #[arg(long)]
    pub once: bool,
    /// ブラウザーを開きません
    #[arg(long)]
    pub no_open: bool,
    /// 作成日として書く日付（例 2026-11-22）
    #[arg(long, value_name = "年-月-日", value_parser = date)]
    pub date: Option<Date>,
}

#[derive(Debug, Args)]
pub struct Inspect {
    /// 調べるファイルかフォルダー
    #[arg(value_name = "ファイル", required = true)]
    pub files: Vec<PathBuf>,
    /// 表示のしかた
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "形式")]
    pub format: Format,
    /// 年度が書かれていない表の年度（西暦。例 2023）
    #[arg(long, value_name = "年度", value_parser = year)]
    pub year: Option<i32>,
    /// 一覧に足す地域（CSV）
    #[arg(long, value_name = "CSV")]
    pub areas: Option<PathBuf>,
    /// 保存した読み方（作業フォルダー、「読み方」フォルダー、またはそのファイル）
    #[arg(long, value_name = "読み方")]
    pub readings: Option<PathBuf>,
}

/// How `inspect` answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[value(help = "人が読む文")]
    Text,
    /// For programs
    #[value(help = "ほかのソフトが読むJSON")]
    Json,
}

#[derive(Debug, Args)]
pub struct Import {
    /// 取り込むファイルかフォルダー
    #[arg(value_name = "ファイル", required = true)]
    pub files: Vec<PathBuf>,
    /// 作業フォルダー
    #[arg(long, value_name = "フォルダー")]
    pub workspace: PathBuf,
    /// 年度が書かれていない表の年度（西暦。例 2023）
    #[arg(long, value_name = "年度", value_parser = year)]
    pub year: Option<i32>,
}

/// What `fill`, `batch` and `missing` are all told: whom to compare, when, and where the figures come from.
#[derive(Debug, Args)]
pub struct Common {
    /// 比較地域（いくつでも）
    #[arg(long, value_name = "地域")]
    pub compare: Vec<String>,
    /// 表示期間の始まり（西暦の年度）
    #[arg(long, value_name = "年度", value_parser = year)]
    pub from: Option<i32>,
    /// 表示期間の終わり（西暦の年度）
    #[arg(long, value_name = "年度", value_parser = year)]
    pub to: Option<i32>,
    /// 追加する指標の指標ID（いくつでも）
    #[arg(long, value_name = "指標ID")]
    pub add: Vec<String>,
    /// 使うファイルかフォルダー
    #[arg(long, value_name = "ファイル", num_args = 1..)]
    pub input: Vec<PathBuf>,
    /// 取り込み済みの作業フォルダー
    #[arg(long, value_name = "フォルダー")]
    pub workspace: Option<PathBuf>,
    /// 年度が書かれていない表の年度（西暦。例 2023）
    #[arg(long, value_name = "年度", value_parser = year)]
    pub year: Option<i32>,
    /// 一覧に足す地域（CSV）
    #[arg(long, value_name = "CSV")]
    pub areas: Option<PathBuf>,
    /// 保存した読み方（作業フォルダー、「読み方」フォルダー、またはそのファイル）
    #[arg(long, value_name = "読み方")]
    pub readings: Option<PathBuf>,
    /// 作成日（今日とみなす日付。例 2026-11-22）
    #[arg(long, value_name = "年-月-日", value_parser = date)]
    pub date: Option<Date>,
    /// 結果をJSONで出力します
    #[arg(long)]
    pub json: bool,
}

/// What `fill` and `batch` make, and where.
#[derive(Debug, Args)]
pub struct Making {
    /// できたファイルを置くフォルダー
    #[arg(long, value_name = "フォルダー")]
    pub out: PathBuf,
    /// 作るもの（xlsx、pdf、またはコンマで区切って両方）
    #[arg(long, value_name = "形式", value_delimiter = ',', default_value = "xlsx")]
    pub formats: Vec<String>,
    /// PDFの種類（配布資料、1枚もの、記入用。コンマで区切っていくつでも）
    #[arg(long, value_name = "種類", value_delimiter = ',')]
    pub handout: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Fill {
    /// 自地域（例 福岡県福岡市、または6けたの団体コード）
    #[arg(long, value_name = "地域")]
    pub own: String,
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub making: Making,
    /// 前に作って書き込みをしたシート（文章を引き継ぎます。このファイルには書き込みません）
    #[arg(long, value_name = "ファイル")]
    pub previous: Option<PathBuf>,
    /// ひな形（差し込み記号 {{…}} を書いたExcelファイルかフォルダー、または見える化システムから出力した
    /// 地域分析・検討シート。後者はその様式のまま記入します）
    #[arg(long, value_name = "ひな形")]
    pub template: Option<PathBuf>,
    /// 手で書かれた数値も、新しい数値に置き換えます
    #[arg(long)]
    pub adopt: bool,
    /// 公開・配布用の写しを作ります（作業用のシート、下書き、取扱注意の指標を除きます）
    #[arg(long)]
    pub public: bool,
}

#[derive(Debug, Args)]
pub struct Missing {
    /// 自地域（例 福岡県福岡市、または6けたの団体コード）
    #[arg(long, value_name = "地域")]
    pub own: String,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// このソフトで作ったシート
    #[arg(value_name = "ファイル")]
    pub file: PathBuf,
    /// セル（例 G8、または 比較と判定!E8）
    #[arg(value_name = "セル")]
    pub cell: String,
    /// 結果をJSONで出力します
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("whose").required(true).args(["prefecture", "all"]))]
pub struct Batch {
    /// この都道府県の保険者すべて
    #[arg(long, value_name = "都道府県")]
    pub prefecture: Option<String>,
    /// 数値のある保険者すべて
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub making: Making,
}

#[derive(Debug, Args)]
pub struct Rebuild {
    /// 作業フォルダー
    #[arg(long, value_name = "フォルダー")]
    pub workspace: PathBuf,
}

#[derive(Debug, Args)]
pub struct Forget {
    /// まちがえて入れたファイル（「処理済」の中のもの）
    #[arg(value_name = "ファイル", required = true)]
    pub files: Vec<PathBuf>,
    /// 作業フォルダー
    #[arg(long, value_name = "フォルダー")]
    pub workspace: PathBuf,
}

/// What to do with a reading.
#[derive(Debug, Subcommand)]
pub enum MappingCommand {
    /// 表の読み方の案を作ります
    Suggest(SuggestMapping),
    /// 保存した読み方で何が読み取れるかを見ます（何も保存しません）
    Check(CheckMapping),
}

#[derive(Debug, Args)]
pub struct SuggestMapping {
    /// 読みたい表のファイル
    #[arg(value_name = "ファイル")]
    pub file: PathBuf,
    /// 読み方を書くファイル（例 読み方/名前.toml）
    #[arg(long, value_name = "ファイル", conflicts_with = "workspace")]
    pub out: Option<PathBuf>,
    /// 読み方を保存する作業フォルダー
    #[arg(long, value_name = "フォルダー")]
    pub workspace: Option<PathBuf>,
    /// 読み方の名前（なければ表題）
    #[arg(long, value_name = "名前")]
    pub name: Option<String>,
    /// 一覧に足す地域（CSV）
    #[arg(long, value_name = "CSV")]
    pub areas: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct CheckMapping {
    /// 読み方のファイル、またはそれを入れたフォルダー
    #[arg(value_name = "読み方")]
    pub mapping: PathBuf,
    /// 読みたい表のファイル
    #[arg(value_name = "ファイル", required = true)]
    pub files: Vec<PathBuf>,
    /// 作業フォルダー（地域の一覧を使います）
    #[arg(long, value_name = "フォルダー")]
    pub workspace: Option<PathBuf>,
    /// 一覧に足す地域（CSV）
    #[arg(long, value_name = "CSV")]
    pub areas: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Doctor {
    /// 作業フォルダー
    #[arg(long, value_name = "フォルダー")]
    pub workspace: PathBuf,
    /// 結果を書くファイル（指定しなければ画面に出します）
    #[arg(long, value_name = "ファイル")]
    pub output: Option<PathBuf>,
    /// 結果をJSONで出力します
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Lint {
    /// ひな形（Excelファイル、またはそれを入れたフォルダー）
    #[arg(value_name = "ひな形")]
    pub template: PathBuf,
    /// 結果をJSONで出力します
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Template {
    /// ひな形を書き出すフォルダー
    #[arg(long, value_name = "フォルダー")]
    pub out: PathBuf,
}

fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "日付は 2026-11-22 のように書いてください。".to_owned())
}

fn year(text: &str) -> Result<i32, String> {
    text.parse()
        .ok()
        .filter(|year| (2000..=2100).contains(year))
        .ok_or_else(|| "年度は西暦4けた（例 2025）で書いてください。".to_owned())
}
