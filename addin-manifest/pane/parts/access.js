// How to get the data: the access guide for the systems named in the guide's 別添1, 別添2 and 別添3, in our words.

import { h } from "../lib/dom.js";

const GUIDES = [
  {
    id: "login",
    title: "見える化システムにログインする",
    steps: [
      "インターネットにつながる端末で「地域包括ケア「見える化」システム」（https://mieruka.mhlw.go.jp/）を開きます。",
      "画面の上にある青い「ログイン」を押します。",
      "ユーザIDとパスワードを入れて、もう一度「ログイン」を押します。",
      "ポータル画面が出れば、ログインできています。",
    ],
    notes: [
      "自治体職員のアカウントは、画面の「新規利用者登録」からは作れません。庁内の「見える化」システム担当者に、職員用のアカウントを頼んでください。",
      "「現状分析」と「取組事例」は、だれでも作れる一般のアカウントでも使えます（一部の機能を除きます）。",
    ],
  },
  {
    id: "dashboard",
    title: "ダッシュボードで「地域分析・検討シート」を出力する",
    steps: [
      "トップページの上にある「ダッシュボード」を押します。",
      "「新規作成・編集」を押します。",
      "ダッシュボード名を入れ、「専用フォーマット」の「地域分析・検討シート」を選んで「作成」を押します。",
      "自地域（都道府県名・保険者名）、必要なら比較地域、表示期間を選びます。",
      "ほかの指標も要るときは、画面左下の「指標追加」から足します。",
      "画面右上の「操作メニュー」から「Excel」で出力します。",
    ],
    notes: ["1つの出力に入る比較地域は1つです。比べたい地域ごとに出力してください。"],
  },
  {
    id: "analysis",
    title: "「現状分析」から指標を1つずつ出力する",
    steps: [
      "ログインして「現状分析」を開きます。",
      "指標を選びます（番号は、足りない数値の一覧に出ています）。",
      "地域と期間を選びます。「時系列」は年度を並べ、「地域別」は地域を並べた表です。",
      "Excelで出力します。ファイルの名前は変えなくてかまいません。",
    ],
    notes: ["調整済みの指標は、「注目する地域のみ」と「他地域と比較」で数値が変わります。比べる地域は、同じ表示のしかたでまとめて出力してください。"],
  },
  {
    id: "nintei",
    title: "要介護認定の業務分析データを見る",
    steps: [
      "「要介護認定適正化事業」のページ（http://www.nintei.net/）を開きます。",
      "業務分析データのページに、自治体ごとの自治体IDとパスワードでログインします。",
      "自地域の表を出力します。",
    ],
    notes: ["自治体IDとパスワードは、自治体ごとに決められています。庁内の要介護認定の担当者に確かめてください。"],
  },
  {
    id: "kokuho",
    title: "国保連合会の介護給付適正化システム",
    steps: ["庁内の介護給付の担当者が使っている端末から、国保連合会の介護給付適正化システムを開きます。", "確かめたいサービスの給付の状況を調べます。"],
    notes: [
      "不適正な請求を見つけるだけでなく、受給者に給付の実績を知らせ、事業者に正しい請求を促すためのシステムです。",
      "一人ひとりの情報が入った表は、このソフトに入れないでください。見つけたときは取り込まず、「隔離」に移します。",
    ],
  },
];

/** The guides as folded sections; `open` names one to unfold. */
export function accessGuide(open = null) {
  return h(
    "div",
    { class: "access" },
    GUIDES.map((guide) =>
      h(
        "details",
        { id: `access-${guide.id}`, open: guide.id === open },
        h("summary", {}, guide.title),
        h("ol", {}, guide.steps.map((step) => h("li", {}, step))),
        h("ul", { class: "note" }, guide.notes.map((note) => h("li", {}, note))),
      ),
    ),
  );
}

/** Which guide helps with a kind of download. */
export const GUIDE_OF = { dashboard: "dashboard", time_series: "analysis", by_area: "analysis" };
