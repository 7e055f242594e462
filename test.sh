#!/usr/bin/env bash
# Everything that must hold, on a machine that has Rust and nothing else:
#
#   ./test.sh          installs what the tests need (where it can) and runs all parts
#   ./test.sh --long   the long variants as well (CHIIKI_LONG=1 for the tests)
#
# Each part prints PASS, FAIL or SKIP with its reason; the last line counts them. Ends non-zero when a part failed.
# With CI=true a part that was skipped for want of a tool counts as failed.
set -uo pipefail
cd "$(dirname "$0")" || exit 1

case "${1:-}" in
    "") ;;
    --long) export CHIIKI_LONG=1 ;;
    *) echo "usage: ./test.sh [--long]" >&2; exit 2 ;;
esac

target=${CARGO_TARGET_DIR:-$PWD/target}
logs=$target/test-logs
work=$target/test-work
rm -rf "$logs" "$work"
mkdir -p "$logs" "$work"
passed=0 failed=0 skipped=0

# part NAME COMMAND…: runs one part; its output is kept, and shown when it fails.
part() {
    local name=$1 log=$logs/${1// /-}.log start=$SECONDS
    shift
    printf '%-14s ... ' "$name"
    if "$@" >"$log" 2>&1 </dev/null; then
        echo "PASS ($((SECONDS - start)) s) $(grep -a '^note: ' "$log" | tail -n 1 | cut -c7-)"
        passed=$((passed + 1))
    else
        echo "FAIL ($((SECONDS - start)) s)"
        tail -n "${TEST_LOG_LINES:-80}" "$log" | sed 's/^/    /'
        failed=$((failed + 1))
    fi
}

# skip NAME REASON: a part that cannot run here.
skip() {
    printf '%-14s ... ' "$1"
    if [ "${CI:-}" = true ]; then
        echo "FAIL (not to be skipped with CI=true: $2)"
        failed=$((failed + 1))
    else
        echo "SKIP ($2)"
        skipped=$((skipped + 1))
    fi
}

has() { command -v "$1" >/dev/null 2>&1; }

# --- what the tests need --------------------------------------------------------------------------------------------

# Debian packages that are missing, by the command each one brings.
missing_packages() {
    local packages=()
    has cc || packages+=(build-essential)
    has certutil || packages+=(libnss3-tools)
    has python3 || packages+=(python3)
    has python3 && ! has_openpyxl python3 && ! python3 -c 'import ensurepip, venv' 2>/dev/null && packages+=(python3-venv)
    has soffice || packages+=(libreoffice-calc)
    has pdftotext || packages+=(poppler-utils)
    has qpdf || packages+=(qpdf)
    has fc-list && fc-list | grep -q 'BIZ UDGothic' || packages+=(fontconfig fonts-morisawa-bizud-gothic)
    has node || packages+=(nodejs)
    has npm || packages+=(npm)
    has chromium || packages+=(chromium)
    echo "${packages[@]}"
}

install_packages() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update && apt-get install -y --no-install-recommends "$@"
}

has_openpyxl() { "$1" -c 'import sys, openpyxl, lxml; sys.exit(openpyxl.__version__ < "3.1")' 2>/dev/null; }

# The made-up files are written by openpyxl 3.1 (with lxml it writes Japanese as such and not as numbers of characters);
# where the system's Python has none, a Python of our own gets it.
own_python() {
    python3 -m venv "$target/test-python" && "$target/test-python/bin/python3" -m pip install --quiet 'openpyxl==3.1.5' lxml
}

packages=$(missing_packages)
if [ -z "$packages" ]; then
    part "tools" true
elif [ "$(id -u)" -ne 0 ]; then
    skip "tools" "only root can install them; missing: $packages"
elif ! has apt-get; then
    skip "tools" "no apt-get here; missing: $packages"
else
    # shellcheck disable=SC2086 # one word a package
    part "tools" install_packages $packages
fi

if ! has_openpyxl python3; then
    if has_openpyxl "$target/test-python/bin/python3" || { has python3 && own_python >"$logs/python.log" 2>&1; }; then
        PATH=$target/test-python/bin:$PATH
        export PATH
    fi
fi

# --- the code -------------------------------------------------------------------------------------------------------

all_tests() {
    # Mutants of each layout: fewer by hand, all of them on CI.
    if [ "${CI:-}" = true ]; then export MUTANTS="${MUTANTS:-2000}"; fi
    # The drop folder under random drops, edits and kills: seconds by hand, minutes on CI.
    if [ "${CI:-}" = true ]; then export CHIIKI_SOAK="${CHIIKI_SOAK:-180}"; fi
    if cargo nextest --version >/dev/null 2>&1; then
        cargo nextest run --locked --no-fail-fast || return 1
    else
        echo "note: by cargo test, because cargo-nextest is not installed"
        cargo test --locked --no-fail-fast --lib --bins --tests || return 1
    fi
    # Neither of the two runs the examples in doc comments.
    cargo test --locked --doc
}

docs() {
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --lib
}

library_examples() {
    cargo run --quiet --locked --example inspect_a_file -- "examples/mihon/受付/見本県 みほん市_地域分析・検討シート.xlsx" \
        --areas examples/mihon/areas.csv &&
        cargo run --quiet --locked --example fill_from_files -- "$work/example"
}

# Each reader and parser on the files at hand and on damaged copies of them.
fuzz_targets() {
    local runs=40 target files
    [ "${CHIIKI_LONG:-}" = 1 ] && runs=5000
    mapfile -t files < <(find examples/mihon/受付 tests/data/crosstab -type f | sort | head -n 40)
    [ ${#files[@]} -gt 10 ] || return 1
    cargo build --quiet --locked --example fuzz || return 1
    for target in read take notation package fill; do
        cargo run --quiet --locked --example fuzz -- "$target" --runs "$runs" --seed 1 "${files[@]}" || return 1
    done
    cargo run --quiet --locked --example fuzz -- settings --runs 2000 --seed 1 src/workspace/settings/settings.toml &&
        cargo run --quiet --locked --example fuzz -- readings --runs 2000 --seed 1 tests/data/crosstab/読み方.toml
}

dependencies() {
    python3 tests/support/check_dependencies.py || return 1
    if has cargo-deny; then
        cargo deny --offline check bans licenses sources
    else
        echo "note: bans, licences and sources by our own check, because cargo-deny is not installed"
    fi
}

part "formatting" cargo fmt --all --check
part "clippy" cargo clippy --locked --all-targets -- -D warnings
part "tests" all_tests
part "api docs" docs
part "examples" library_examples
part "fuzz" fuzz_targets
if has python3; then
    part "dependencies" dependencies
else
    skip "dependencies" "python3 is not installed"
fi

# --- what comes out -------------------------------------------------------------------------------------------------

fixtures() { python3 tests/support/fixtures/make.py --check; }

# The program, built beside an example: without one of the targets that use development dependencies, cargo takes other
# features of a few crates and builds the typesetter a second time.
program() { cargo build --quiet --locked --bin chiiki-sheet --example list_cells; }

demo() {
    program && "$target/debug/chiiki-sheet" demo --dir "$work/demo" && only_workbook "$work/demo/出力" "$work/sheet.xlsx"
}

# Copies the one workbook of a folder to a plain name.
only_workbook() {
    local books=("$1"/*.xlsx)
    [ ${#books[@]} -eq 1 ] && [ -f "${books[0]}" ] && cp "${books[0]}" "$2" && return
    echo "not exactly one workbook in $1"
    return 1
}

check_workbook() { python3 tests/support/check_workbook.py "$@"; }

figures() { check_workbook figures "$work/sheet.xlsx" tests/support/fixtures/truth/expected_demo.csv; }

readers() {
    cargo run --quiet --locked --example list_cells -- "$work/sheet.xlsx" >"$work/cells.tsv" &&
        check_workbook readers "$work/sheet.xlsx" "$work/cells.tsv"
}

# soffice FORMAT FILE FOLDER, with a profile of its own so that an open LibreOffice does not matter.
convert() {
    soffice "-env:UserInstallation=file://$work/libreoffice" --headless --convert-to "$1" --outdir "$3" "$2" &&
        [ -s "$3/$(basename "${2%.*}").${1%%:*}" ]
}

libreoffice() {
    convert pdf "$work/sheet.xlsx" "$work/pdf" || return 1
    if has pdftotext; then
        pdftotext -layout "$work/pdf/sheet.pdf" "$work/pdf/sheet.txt" || return 1
        grep -q '調整済み認定率' "$work/pdf/sheet.txt" || { echo "the PDF lacks its text"; return 1; }
    fi
    # LibreOffice shows the values a file carries; it computes only formulas that carry none.
    check_workbook without-results "$work/sheet.xlsx" "$work/bare.xlsx" &&
        convert 'xlsx:Calc MS Excel 2007 XML' "$work/bare.xlsx" "$work/computed" &&
        check_workbook computed "$work/sheet.xlsx" "$work/computed/bare.xlsx"
}

if has python3 && has_openpyxl python3; then
    part "fixtures" fixtures
    part "demo" demo
    part "figures" figures
    part "readers" readers
    if has soffice; then
        part "libreoffice" libreoffice
    else
        skip "libreoffice" "soffice is not installed"
    fi
else
    part "demo" demo
    skip "workbooks" "Python has no openpyxl 3.1"
fi

# --- the page ---------------------------------------------------------------------------------------------------------

pane() { node --test tests/pane/*.test.mjs; }

# The packages of the browser tests, pinned by their lock file, outside the project's own folders.
browser_packages() {
    local folder=$target/test-node
    mkdir -p "$folder" && cp tests/browser/package.json tests/browser/package-lock.json "$folder/" &&
        (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund) >"$logs/npm.log" 2>&1
}

browser() {
    program || return 1
    # One file after the other: each starts services and browsers of its own.
    node --test --test-concurrency=1 --test-force-exit tests/browser/*.test.mjs
}

if has node; then
    part "pane" pane
    if ! has chromium; then
        skip "browser" "chromium is not installed"
    elif browser_packages; then
        part "browser" browser
    else
        skip "browser" "npm could not fetch playwright-core and axe-core"
    fi
else
    skip "pane" "node is not installed"
    skip "browser" "node is not installed"
fi

# --- the service ----------------------------------------------------------------------------------------------------

# A Python of our own with schemathesis; where it cannot be installed, the part is left out.
own_schemathesis() {
    [ -x "$target/test-schemathesis/bin/schemathesis" ] && return
    python3 -m venv "$target/test-schemathesis" &&
        "$target/test-schemathesis/bin/python3" -m pip install --quiet 'schemathesis==4.*'
}

api() {
    python3 tests/support/openapi.py --check || return 1
    program || return 1
    tests/serve/ask_by_description.sh "$target/debug/chiiki-sheet" "$target/test-schemathesis/bin/schemathesis" \
        "$work/service"
}

if has python3 && own_schemathesis >"$logs/schemathesis.log" 2>&1; then
    part "api" api
else
    skip "api" "schemathesis cannot be installed by pip"
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
