#!/usr/bin/env bash
# Asks the service by the description of its interface: whatever schemathesis makes up, no answer is a fault of the
# service, and every answer is as described.
#
#   tests/serve/ask_by_description.sh PROGRAM SCHEMATHESIS FOLDER
set -euo pipefail
program=$1 schemathesis=$2 work=$3
rm -rf "$work" && mkdir -p "$work/user"
export XDG_DATA_HOME=$work/user HOME=$work/user
"$program" demo --dir "$work/demo" >/dev/null
"$program" run --workspace "$work/demo" --no-open >"$work/service.log" 2>&1 &
service=$!
trap '"$program" stop --workspace "$work/demo" >/dev/null 2>&1 || kill "$service" 2>/dev/null || true' EXIT
for _ in $(seq 100); do
    link=$("$program" open --print --workspace "$work/demo" 2>/dev/null) && break
    sleep 0.2
done
base=${link%%/#t=*} token=${link##*#t=}
key=$(python3 - "$base" "$token" <<'PY'
import json, sys, urllib.request
base, token = sys.argv[1:]
body = json.dumps({"token": token}).encode()
request = urllib.request.Request(base + "/api/v1/launch", body, {"Content-Type": "application/json"})
print(json.load(urllib.request.urlopen(request))["key"])
PY
)
# Not asked: the end of the service, another workspace, and programs started on this PC.
"$schemathesis" run "$(dirname "$0")/../../addin-manifest/openapi.json" --url "$base" --header "X-Chiiki-Key: $key" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --exclude-path /api/v1/stop --exclude-path /api/v1/setup --exclude-path /api/v1/setup/sample \
    --exclude-path '/api/v1/sheets/{id}/open' --max-examples "${EXAMPLES:-20}" --seed 1 --workers 1
