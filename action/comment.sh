#!/usr/bin/env bash
# Show what a pull request changes in architecture files, in the step summary and in a comment; a step of action.yml.
# Reads INTERPRETER, BASE, NUMBER, FILES (one a line), COMMENT (true or false), ID and GH_TOKEN. Says so, and fails nothing,
# where it may not comment.
# shellcheck source=action/apart.sh
source "$GITHUB_ACTION_PATH/action/apart.sh"

# The mark by which the comment is found again: of this use of the action, for each has a comment of its own.
id=$(printf '%s' "${ID:-${GITHUB_WORKFLOW:-}/${GITHUB_JOB:-}/$GITHUB_ACTION}" | tr -c 'A-Za-z0-9._/\n' '_' | tr -d '\n')
marker="<!-- cnncalc $id -->"
work="$RUNNER_TEMP/cnncalc-comment-$GITHUB_ACTION-$NUMBER"
body="$work.md"

git cat-file -e "$BASE^{commit}" 2> /dev/null ||
  git fetch --quiet --no-tags --no-recurse-submodules --depth=1 origin "$BASE"

paths=()
while IFS= read -r file; do
  if [ -n "$file" ]; then paths+=("$file"); fi
done <<< "$FILES"

# One table of all that is changed; where git cannot say, the step fails.
rm -f "$work.json" "$work.table.md"
cnncalc diff --output "$work.json" --output "$work.table.md" -- "$BASE" ${paths[@]+"${paths[@]}"} || true
[ -s "$work.table.md" ] || exit 1
changed=$(jq '(.networks + .limits) | length' "$work.json")
{
  echo "$marker"
  cat "$work.table.md"
} > "$body"
echo "file=$body" >> "$GITHUB_OUTPUT"
cat "$work.table.md" >> "${GITHUB_STEP_SUMMARY:-/dev/null}"
if [ "$COMMENT" != true ]; then exit 0; fi

cd "$RUNNER_TEMP" # what is left needs no checkout
comments="repos/$GITHUB_REPOSITORY/issues"
find_own=".[] | select(.user.type == \"Bot\" and (.body | startswith(\"$marker\"))) | .id"
own=$(gh api --paginate "$comments/$NUMBER/comments" --jq "$find_own") || own=
if [ -n "$own" ]; then
  sent=$(gh api --method PATCH "$comments/comments/${own%%$'\n'*}" --field "body=@$body" --jq .html_url) || sent=
elif [ "$changed" -eq 0 ]; then
  echo "No architecture is changed."
  exit 0
else
  sent=$(gh api --method POST "$comments/$NUMBER/comments" --field "body=@$body" --jq .html_url) || sent=
fi
if [ -n "$sent" ]; then
  echo "Commented: $sent"
else
  echo "::notice::cnncalc may not comment on this pull request (a fork's token only reads): see the step summary."
fi
