//! Layouts and sentences that people edited.

use chiiki_sheet::handout::{Kind, TemplateFiles, child, render};

use super::{date, options, sample};

#[test]
fn slips_in_templates_are_told_with_file_line_and_hint() {
    let handout = sample("mihon-bare.json");
    let shipped = TemplateFiles::shipped();
    let layout = shipped.get("handout.typ").unwrap().to_owned();
    let lines = layout.lines().count();
    let long_loop = "#let f(x) = f(x + 1)\n#f(1)\n";
    let cases = [
        ("handout.typ", format!("{layout}\n#d.titel\n"), lines + 2, "「titel」という項目はありません"),
        ("handout.typ", format!("{layout}\n#abc\n"), lines + 2, "「abc」という名前は決められていません"),
        ("handout.typ", format!("{layout}\n#text(["), lines + 2, "閉じていません"),
        ("handout.typ", format!("{layout}\n#read(\"/etc/passwd\")\n"), lines + 2, "ひな形のフォルダーにありません"),
        ("handout.typ", format!("{layout}\n{long_loop}"), lines + 2, "終わらない繰り返し"),
        ("texts/threshold.hbs", "一行目\n{{上る}}".to_owned(), 2, "「上る」という差し込み項目はありません"),
        ("texts/threshold.hbs", "{{#if 上}}".to_owned(), 1, "書き方に誤りがあります"),
        ("texts/threshold.hbs", "一行目\n{{~ > texts/point.hbs}}".to_owned(), 2, "ほかの文を読み込む書き方"),
    ];
    for (file, text, line, words) in cases {
        let template = shipped.clone().with(file, text.clone());
        let error = render(&handout, Kind::Handout, &options(Kind::Handout), &template, date()).unwrap_err();
        let problem = &error.0[0];
        assert_eq!(problem.file, file, "{problem:?}");
        assert!(problem.message.contains(words), "{problem:?}");
        assert!(problem.hint.is_some());
        assert_eq!(problem.line, Some(line), "{problem:?}");
        assert_eq!(template.is_edited(), file.ends_with(".typ"));
        assert!(error.to_diagnostics()[0].to_string().contains(&format!("『{file}』")));
    }
}

#[test]
fn a_missing_glyph_in_an_edited_template_is_told() {
    let shipped = TemplateFiles::shipped();
    let layout = format!("{}\n𠮷\n", shipped.get("handout.typ").unwrap());
    let template = shipped.with("handout.typ", layout);
    let error =
        render(&sample("mihon-bare.json"), Kind::Handout, &options(Kind::Handout), &template, date()).unwrap_err();
    assert!(error.0[0].message.contains("同梱の書体にない文字"), "{error}");
}

#[test]
fn the_child_gives_the_same_paper_and_the_same_errors() {
    let mut handout = sample("mihon.json");
    handout.cautions[0].text.push('𠮷');
    let request = child::Request {
        handout: handout.clone(),
        kind: Kind::Worksheet,
        options: options(Kind::Worksheet),
        template: TemplateFiles::shipped(),
        date: date(),
    };
    let ask = |requests: &[&child::Request]| -> Vec<Vec<u8>> {
        let (mut sent, mut received) = (Vec::new(), Vec::new());
        for request in requests {
            child::write_frame(&mut sent, &request.to_bytes().unwrap()).unwrap();
        }
        child::serve(sent.as_slice(), &mut received).unwrap();
        let mut received = received.as_slice();
        std::iter::from_fn(|| child::read_frame(&mut received).unwrap()).collect()
    };
    let template = TemplateFiles::shipped().with("handout.typ", "#abc");
    let mistaken = child::Request { template, ..request.clone() };
    let replies = ask(&[&request, &mistaken, &request]);
    let here = render(&handout, Kind::Worksheet, &request.options, &request.template, date()).unwrap();
    assert_eq!(replies.len(), 3);
    assert!(child::read_reply(&replies[0]).unwrap().unwrap() == here);
    assert_eq!(child::read_reply(&replies[1]).unwrap().unwrap_err().0[0].line, Some(1));
    assert!(replies[2] == replies[0], "a mistake of one paper is none of the next");

    // Cut short at any place it is no reply.
    assert!(child::read_reply(&replies[0][..replies[0].len() - 1]).is_none() && child::read_reply(b"").is_none());
    let mut frame = Vec::new();
    child::write_frame(&mut frame, &replies[0]).unwrap();
    assert!(child::read_frame(&mut &frame[..frame.len() - 1]).is_err());
    assert!(child::read_frame(&mut [0xFF; 8].as_slice()).is_err(), "a length nobody sends");
}
