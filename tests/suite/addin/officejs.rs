//! Office.js taken from a package that was brought. The packages here are made up; the real one is tried where
//! `CHIIKI_OFFICEJS` names a copy.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use chiiki_sheet::addin::officejs::{NEEDED, Shelf, read};

/// A packed package of files, each with its kind in the tar's head.
fn pack(files: &[(&str, u8, &[u8])]) -> Vec<u8> {
    let mut tar = Vec::new();
    for (name, kind, content) in files {
        let mut head = [0u8; 512];
        head[..name.len()].copy_from_slice(name.as_bytes());
        head[100..107].copy_from_slice(b"0000644");
        head[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        head[156] = *kind;
        head[257..262].copy_from_slice(b"ustar");
        head[148..156].copy_from_slice(b"        ");
        let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
        head[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        tar.extend_from_slice(&head);
        tar.extend_from_slice(content);
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar.resize(tar.len() + 1024, 0);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&tar).unwrap();
    packed.finish().unwrap()
}

const CARD: (&str, u8, &[u8]) =
    ("package/package.json", b'0', br#"{"name":"@microsoft/office-js","version":"1.1.110"}"#);

fn good() -> Vec<(&'static str, u8, &'static [u8])> {
    vec![
        CARD,
        ("package/LICENSE.md", b'0', b"terms"),
        ("package/dist/office.js", b'0', b"// loader"),
        ("package/dist/excel-win32-16.01.js", b'0', b"// excel"),
        ("package/dist/ja-jp/office_strings.js", b'0', b"// words"),
        ("package/dist/word-win32-16.01.js", b'0', b"// not ours"),
    ]
}

fn file(dir: &Path, bytes: &[u8]) -> PathBuf {
    let path = dir.join("office-js.tgz");
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn only_what_excel_loads_is_taken_and_served() {
    let dir = tempfile::tempdir().unwrap();
    let package = read(&file(dir.path(), &pack(&good()))).unwrap();
    assert_eq!(package.version, "1.1.110");
    assert_eq!(package.sha256.len(), 64);
    assert_eq!(package.files.keys().map(String::as_str).collect::<Vec<_>>(), {
        let mut wanted = NEEDED.to_vec();
        wanted.sort_unstable();
        wanted
    });
    let shelf_dir = dir.path().join("officejs");
    assert!(!Shelf::open(&shelf_dir).is_complete());
    let card = Shelf::put(&shelf_dir, &package).unwrap();
    assert_eq!((card.version.as_str(), &card.sha256), ("1.1.110", &package.sha256));
    let shelf = Shelf::open(&shelf_dir);
    assert!(shelf.is_complete());
    assert_eq!(shelf.get("ja-jp/office_strings.js"), Some(&b"// words"[..]));
    for path in [
        "officejs.json",
        "LICENSE.md",
        "word-win32-16.01.js",
        "../tls/key.pem",
        "/office.js",
        "OFFICE.JS",
        "",
        "ja-jp",
        "ja-jp/../office.js",
        "ja-jp\\office_strings.js",
    ] {
        assert_eq!(shelf.get(path), None, "{path}");
    }
    Shelf::remove(&shelf_dir).unwrap();
    assert!(!shelf_dir.exists());
}

#[test]
fn a_changed_file_is_served_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let package = read(&file(dir.path(), &pack(&good()))).unwrap();
    Shelf::put(dir.path(), &package).unwrap();
    std::fs::write(dir.path().join("office.js"), "// tampered").unwrap();
    let shelf = Shelf::open(dir.path());
    assert_eq!(
        (shelf.is_complete(), shelf.get("office.js"), shelf.spoiled.as_slice()),
        (false, None, &["office.js".to_owned()][..])
    );
    // A list that names more than the program allows changes nothing.
    let card = std::fs::read_to_string(dir.path().join("officejs.json")).unwrap();
    let secret = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
    std::fs::write(dir.path().join("secret"), "secret").unwrap();
    std::fs::write(
        dir.path().join("officejs.json"),
        card.replace("\"files\": {", &format!("\"files\": {{\"secret\": \"{secret}\",")),
    )
    .unwrap();
    assert_eq!(Shelf::open(dir.path()).get("secret"), None);
}

#[test]
fn names_that_lead_elsewhere_lead_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    let mut files = good();
    for name in [
        "package/dist/../../../evil.js",
        "/evil.js",
        "package/dist/ja-jp/../../../evil.js",
        "..\\evil.js",
        "C:\\evil.js",
    ] {
        files.push((name, b'0', b"evil"));
    }
    // A link in place of a wanted file is passed over.
    files.push(("package/dist/en-us/office_strings.js", b'2', b""));
    let inner = dir.path().join("a/b");
    std::fs::create_dir_all(&inner).unwrap();
    let package = read(&file(&inner, &pack(&files))).unwrap();
    assert_eq!(package.files.len(), 3);
    Shelf::put(&inner.join("officejs"), &package).unwrap();
    let mut all = Vec::new();
    let mut folders = vec![dir.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path)
            } else {
                all.push(path.file_name().unwrap().to_str().unwrap().to_owned())
            }
        }
    }
    all.sort();
    assert_eq!(
        all,
        ["LICENSE.md", "excel-win32-16.01.js", "office-js.tgz", "office.js", "office_strings.js", "officejs.json"]
    );
}

#[test]
fn what_is_not_the_package_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let told = |bytes: &[u8]| read(&file(dir.path(), bytes)).unwrap_err().to_string();
    assert!(told(b"not packed").contains("壊れています"));
    assert!(told(&pack(&good())[..60]).contains("壊れています"));
    let mut other = good();
    other[0] = ("package/package.json", b'0', br#"{"name":"left-pad","version":"1"}"#);
    assert!(told(&pack(&other)).contains("@microsoft/office-js ではありません"));
    assert!(told(&pack(&good()[..4])).contains("ja-jp/office_strings.js がありません"));
    let big = vec![b'x'; (8 << 20) + 1];
    let mut large = good();
    large[2] = ("package/dist/office.js", b'0', &big);
    assert!(told(&pack(&large)).contains("大きすぎます"));
    assert!(read(&dir.path().join("none.tgz")).unwrap_err().to_string().contains("読み取り"));
}

#[test]
fn a_real_copy_is_taken() {
    let Some(copy) = std::env::var_os("CHIIKI_OFFICEJS").map(PathBuf::from).filter(|path| path.exists()) else {
        println!("skipped: CHIIKI_OFFICEJS does not name a copy of the npm package");
        return;
    };
    let package = read(&copy).unwrap();
    let size: usize = NEEDED.iter().map(|name| package.files[*name].len()).sum();
    println!("{} {} {size} bytes in {:?}", package.version, package.sha256, NEEDED);
    assert!(size > 1_000_000 && package.licence.is_some());
}
