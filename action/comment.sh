#!/usr/bin/env bash
# Comment on a pull request with what it changes in architecture files; a step of action.yml.
# Reads CNNCALC, BASE, NUMBER, FILES (one a line) and GH_TOKEN. Says so, and fails nothing, where it may not comment.
# shellcheck disable=SC2153
set -eo pipefail

marker='<!-- cnncalc -->' # by which the comment is found again
largest=60000             # GitHub takes 65,536 characters
body="$RUNNER_TEMP/cnncalc-comment-$NUMBER.md"

git cat-file -e "$BASE^{commit}" 2> /dev/null || git fetch --quiet --no-tags --depth=1 origin "$BASE"

paths=()
while IFS= read -r file; do
  if [ -n "$file" ]; then paths+=("$file"); fi
done <<< "$FILES"

# The edited ones, with those that extend them; where that cannot be said, nothing is: the step fails.
checked=$("$CNNCALC" check --since "$BASE" --format json -- "${paths[@]}") || [ -n "$checked" ]
files=()
while IFS= read -r -d '' file; do
  files+=("$file")
done < <(jq -j '.files[] | .file + "\u0000"' <<< "$checked")

if [ "${#files[@]}" -eq 0 ]; then
  echo "No architecture is changed."
  exit 0
fi

{
  echo "$marker"
  echo "## What this changes in the architectures"
} > "$body"
short=$(git rev-parse --short "$BASE")
left=0
for file in "${files[@]}"; do
  name="\`${file//\`/}\`"
  if git cat-file -e "$BASE:./$file" 2> /dev/null; then
    shown=$("$CNNCALC" compare --by-layer --format markdown -- "git:$short:$file" "$file" 2> /dev/null || true)
  else
    shown=$("$CNNCALC" summary --format markdown --depth 1 -- "$file" 2> /dev/null || true)
    shown=${shown:+"$name is new."$'\n\n'"$shown"}
  fi
  shown=${shown:-"$name cannot be compared: see the annotations."}
  if [ $(($(wc -c < "$body") + ${#shown} * 2)) -gt "$largest" ]; then
    left=$((left + 1))
  else
    printf '\n%s\n' "$shown" >> "$body"
  fi
done
if [ "$left" -gt 0 ]; then
  printf '\nand %d more that found no room here.\n' "$left" >> "$body"
fi
echo "file=$body" >> "$GITHUB_OUTPUT"

comments="repos/$GITHUB_REPOSITORY/issues"
find_own=".[] | select(.user.type == \"Bot\" and (.body | startswith(\"$marker\"))) | .id"
own=$(gh api --paginate "$comments/$NUMBER/comments" --jq "$find_own") || own=
if [ -n "$own" ]; then
  sent=$(gh api --method PATCH "$comments/comments/${own%%$'\n'*}" --field "body=@$body" --jq .html_url) || sent=
else
  sent=$(gh api --method POST "$comments/$NUMBER/comments" --field "body=@$body" --jq .html_url) || sent=
fi
if [ -n "$sent" ]; then
  echo "Commented: $sent"
else
  cat "$body" >> "${GITHUB_STEP_SUMMARY:-/dev/null}"
  echo "::notice::cnncalc may not comment on this pull request (a fork's token only reads): see the step summary."
fi
