#!/usr/bin/env bash
# Comment on a pull request with what it changes in architecture files; a step of action.yml.
# Reads INTERPRETER, BASE, NUMBER, FILES (one a line) and GH_TOKEN. Says so, and fails nothing, where it may not comment.
# Lists of files end each name with a NUL: a name may have any other character.
# shellcheck source=action/apart.sh
source "$GITHUB_ACTION_PATH/action/apart.sh"

marker='<!-- cnncalc -->' # by which the comment is found again
largest=60000             # GitHub takes 65,536 characters
work="$RUNNER_TEMP/cnncalc-comment-$NUMBER"
body="$work.md"
mkdir -p "$work"

git cat-file -e "$BASE^{commit}" 2> /dev/null ||
  git fetch --quiet --no-tags --no-recurse-submodules --depth=1 origin "$BASE"

paths=()
while IFS= read -r file; do
  if [ -n "$file" ]; then paths+=("$file"); fi
done <<< "$FILES"

# The edited ones of FILES, and those that extend an edited one; where git cannot say, the step fails.
rm -f "$work/checked.json"
cnncalc check --since "$BASE" --format json --output "$work/checked.json" -- ${paths[@]+"${paths[@]}"} || true
[ -e "$work/checked.json" ] || exit 1
jq -j '.files[].file + "\u0000"' "$work/checked.json" > "$work/files"
files=()
while IFS= read -r -d '' file; do
  files+=("$file")
done < "$work/files"

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
  name="\`${file//[\`[:cntrl:]]/}\`"
  now=$file
  case $file in git:*) now="./$file" ;; esac
  rm -f "$work/shown.md"
  {
    echo
    if git cat-file -e "$BASE:./$file" 2> /dev/null; then
      cnncalc compare --by-layer --format markdown --output "$work/shown.md" -- "git:$short:$file" "$now" || true
    else
      cnncalc summary --format markdown --depth 1 --output "$work/shown.md" -- "$now" || true
      if [ -s "$work/shown.md" ]; then printf '%s is new.\n\n' "$name"; fi
    fi
    if [ -s "$work/shown.md" ]; then
      cat "$work/shown.md"
    else
      echo "$name cannot be compared: see the annotations."
    fi
  } > "$work/part.md" 2> /dev/null
  if [ $(($(wc -c < "$body") + $(wc -c < "$work/part.md"))) -gt "$largest" ]; then
    left=$((left + 1))
  else
    cat "$work/part.md" >> "$body"
  fi
done
if [ "$left" -gt 0 ]; then
  printf '\nand %d more that found no room here.\n' "$left" >> "$body"
fi
echo "file=$body" >> "$GITHUB_OUTPUT"

cd "$RUNNER_TEMP" # what is left needs no checkout
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
