#!/usr/bin/env bash
# Calls driftline check with the inputs of the action, which are in the environment.
set -euo pipefail

driftline="$RUNNER_TEMP/driftline/bin/driftline"
arguments=(--html "$HTML" --summary "$GITHUB_STEP_SUMMARY" --json)

add() { # option, value: nothing if the value is empty
  if [ -n "$2" ]; then arguments+=("$1" "$2"); fi
}
add_lines() { # option, values, one in a line
  while IFS= read -r line; do add "$1" "${line%$'\r'}"; done <<<"$2"
}
add_lines --baseline "$BASELINE"
add_lines --set "$FIELDS"
add --document "$DOCUMENT"
add --monitor "$MONITOR"
add --categorical "$CATEGORICAL"
add --exclude "$EXCLUDE"
add --junit "$JUNIT"

files=()
while IFS= read -r line; do
  if [ -n "${line%$'\r'}" ]; then files+=("${line%$'\r'}"); fi
done <<<"$DATA"

code=0
"$driftline" check "${arguments[@]}" -- "${files[@]}" >"$RUNNER_TEMP/driftline-verdict.json" || code=$?
case $code in
  0 | 2 | 3)
    # What is in the file was computed from data: only two words of a known form go on to other steps.
    verdict=$(sed -nE 's/^  "verdict": "(good|violations|not_evaluated)",$/\1/p' "$RUNNER_TEMP/driftline-verdict.json")
    violations=$(sed -nE 's/^  "violations": ([0-9]+),$/\1/p' "$RUNNER_TEMP/driftline-verdict.json")
    printf 'verdict=%s\nviolations=%s\n' "$verdict" "$violations" >>"$GITHUB_OUTPUT"
    # A path has one line: a second one would be another output.
    printf 'html=%s\n' "${HTML//[$'\r\n']/}" >>"$GITHUB_OUTPUT"
    echo "driftline check: $verdict, $violations violations. The summary of the job has them all."
    ;;
  *) exit "$code" ;; # standard error says why
esac
if [ "$code" != 0 ] && [ "$FAIL" != false ]; then exit "$code"; fi
