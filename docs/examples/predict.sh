#!/bin/sh
# Asks Pilah about one complaint, waits where Pilah says so, and records what was decided. Needs curl.
# Usage: PILAH_URL=http://127.0.0.1:8000 PILAH_KEY=... sh predict.sh REFERENCE TEXT
set -eu
answer=$(mktemp) headers=$(mktemp)
trap 'rm -f "$answer" "$headers"' EXIT

ask() { # method, path and body
    status=$(curl -sS --compressed -o "$answer" -D "$headers" -w '%{http_code}' -X "$1" "$PILAH_URL$2" \
        -H "Authorization: Bearer $PILAH_KEY" -H 'Content-Type: application/json' --data-binary "$3")
}

json() { # a string as JSON has it: quotes, backslashes and line ends escaped
    printf '%s' "$1" | sed 's/\\/\\\\/g; s/"/\\"/g' | awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }'
}

body=$(printf '{"reference_id": "%s", "text": "%s"}' "$(json "$1")" "$(json "$2")")
for attempt in 1 2 3 4 5; do
    ask POST '/v1/predictions?evidence=false' "$body"
    case $status in
    429 | 503) sleep "$(sed -n 's/^[Rr]etry-[Aa]fter: *\([0-9]*\).*/\1/p' "$headers")" ;; # the same complaint again: never stored twice
    *) break ;;
    esac
done
if [ "$status" != 200 ]; then # problem details: title, detail and request_id say what to do
    echo "error: $(cat "$answer")" >&2
    exit 1
fi
suggestion=$(sed 's/.*"suggestion_id":"\([^"]*\)".*/\1/' "$answer")
unit=$(sed 's/.*"units":\[{"id":"\([^"]*\)".*/\1/' "$answer")
echo "suggested: $unit"
ask POST /v1/decisions "{\"suggestion_id\": \"$suggestion\", \"unit\": \"$unit\", \"officer\": \"p-01\"}"
case $status in
201) echo "verdict: $(sed 's/.*"verdict":"\([^"]*\)".*/\1/' "$answer")" ;;
409) echo 'decided by somebody else in the meantime' ;;
*) echo "error: $(cat "$answer")" >&2; exit 1 ;;
esac
