# SPDX-License-Identifier: BSL-1.0
# awk -v TESTS=tests -f reference.awk <headers>: how much of what is public is said of each function, by folder: of those at
# namespace scope, outside `detail` and the importer's own `hf` (operators apart), how many have a comment, and in it
#   units   a unit of what goes in and comes out in words, or in the types of a signature without bare numbers
#   range   what arguments may be, or what is answered where there is nothing to say
#   source  a paper, document, file, or the formula that it follows from
#   number  a worked number
#   tested  one of those numbers beside that function's name in the tests of the header or of its folder
# Overloads behind one comment share it; those that only say why they do not compile are left out. With -v LIST=1 those that lack something, one a line.
function plain_numbers(text,   out) {
  while (match(text, /[0-9][,'][0-9][0-9][0-9]/)) text = substr(text, 1, RSTART) substr(text, RSTART + 2)
  return text
}
# Numbers of a text, each between blanks: those of links, papers and names of formats are not worked ones.
function numbers_of(text,   out, number) {
  text = plain_numbers(text)
  gsub(/https?:[^ ]*/, "", text)
  gsub(/(arXiv|arxiv)[: ]*[0-9.]+(v[0-9]+)?/, "", text)
  gsub(/(section|Section|table|Table|figure|version|chapter|equation)s? [0-9.]+/, "", text)
  gsub(/\[[1s]\]/, "", text)
  gsub(/[A-Za-z_][A-Za-z_0-9]*/, " ", text)
  out = " "
  while (match(text, /[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?/)) {
    number = substr(text, RSTART, RLENGTH)
    text = substr(text, RSTART + RLENGTH)
    out = out number " "
  }
  return out
}
function tests_of(file,   path, folder, part_of_path, text, line, where, command, one) {
  path = file
  sub(/.*include\/shardline\//, "", path)
  folder = path
  sub(/\/[^\/]*$/, "", folder)
  if (folder in tests) return folder
  text = " "
  command = "cat " TESTS "/static/*.cpp"
  for (part_of_path = folder; part_of_path != ""; ) {
    command = command " " TESTS "/" part_of_path "/*.cpp " TESTS "/" part_of_path "/*.hpp"
    if (!sub(/\/[^\/]*$/, "", part_of_path)) part_of_path = ""
  }
  command = command " 2>/dev/null"
  while ((command | getline line) > 0) text = text line "\n"
  close(command)
  while (match(text, /[0-9]_/)) text = substr(text, 1, RSTART) " " substr(text, RSTART + 2)
  tests[folder] = plain_numbers(text)
  return folder
}
function has_number(text, number,   at, before, after) {
  while ((at = index(text, number)) > 0) {
    before = at > 1 ? substr(text, at - 1, 1) : " "
    after = substr(text, at + length(number), 1)
    if (before !~ /[0-9.A-Za-z_]/ && after !~ /[0-9]/) return 1
    text = substr(text, at + length(number))
  }
  return 0
}
function is_tested(name, numbers, file,   where, list, n, i) {
  where = tests_of(file)
  if (tests[where] !~ ("[^a-z_]" name "[^a-z_]")) return 0
  n = split(numbers, list, " ")
  for (i = 1; i <= n; ++i) if (has_number(tests[where], list[i])) return 1
  return 0
}
function flush_file() { in_detail = 0; comment = ""; shared = 0 }
function judge(declaration,   name, head, folder, has, lacks, numbers) {
  head = declaration
  sub(/^template <.*> *(requires[^;{]*)?(\[\[|constexpr|inline|void|auto|bool|std|consteval)/, "constexpr", head)
  if (head !~ /\(/ || head ~ /^(struct|class|enum|using|static_assert|friend|concept|namespace|extern|#)/) return
  if (head ~ /^[^(]*[={]/ || head ~ /^template.*> *[a-z_]+\(.*\) *->/) return
  name = head
  sub(/\(.*/, "", name)
  sub(/ +$/, "", name)
  sub(/.*[ &*>]/, "", name)
  if (name == "" || name ~ /^operator/ || name ~ /::/ || declaration ~ /operator""/) return
  if (name ~ /^(if|for|while|return|noexcept|requires|decltype)$/) return
  gsub(/\n\/\/\/ */, " ", comment)
  if (comment ~ /^ Does not compile/) return
  folder = FILENAME
  sub(/.*include\/shardline\//, "", folder)
  sub(/\/.*/, "", folder)
  numbers = numbers_of(comment)
  has["comment"] = comment != ""
  has["units"] = comment ~ /\[[^\]]*(s|1|B|byte|FLOP|token|J|W)[^\]]*\]|[Ss]econd|[Bb]yte|[Tt]oken|[Ss]hare|FLOP|count|[Nn]umber of|whether|Whether|true|GPU|rank|layers|text|name|watt|joule|dollar|sequence|replica|dimensionless|[Nn]o unit|same unit|any unit|unit|index|factor|ratio|probability|[KMG]i?B|per cent/
  if (comment != "" && head !~ /[( <](double|float|int|long|unsigned|auto|T|Scalar|std::(u?int[0-9]+_t|size_t))[ >,&]/) has["units"] = 1
  has["range"] = comment ~ /[Rr]ange|from [0-9]|accepts|never|[Ww]here|far as|at most|>=|<=|[<>] ?[0-9]|at least|never|from [0-9]|[Rr]efuse|[Ee]rror|[Nn]one|null|[Ee]mpty|[Aa]ny |otherwise|[Nn]eeds|where |[Uu]nless|not compile|if |[Ee]very|[Pp]ositive|finite|between|of all|holds|valid/
  has["source"] = comment ~ /[Ss]ource|arXiv|https?:|[Dd]ata ?sheet|[Mm]easured|tests\/|[Dd]eriv|same bits|by definition|[A-Za-z_)\]] = |\.py|\.hpp|\.cpp|\.rst|\.md|paper|specification|document|standard|IEEE|theorem/
  has["number"] = numbers ~ /[0-9]/
  has["tested"] = has["number"] && is_tested(name, numbers, FILENAME)
  if (!(folder in functions)) folders[++folder_count] = folder
  ++functions[folder]
  ++functions["all"]
  for (part = 1; part <= parts; ++part) {
    if (has[names[part]]) { ++said[folder, part]; ++said["all", part] }
    else lacks = lacks " " names[part]
  }
  if (lacks == "") { ++whole[folder]; ++whole["all"] }
  else if (LIST) printf "%s: %s lacks%s\n", FILENAME, name, lacks
}
function row(folder,   part) {
  printf "%-10s %9d", folder, functions[folder]
  for (part = 1; part <= parts; ++part) printf " %7.0f%%", 100 * said[folder, part] / functions[folder]
  printf " %7.0f%%\n", 100 * whole[folder] / functions[folder]
}
BEGIN {
  if (TESTS == "") TESTS = "tests"
  parts = split("comment units range source number tested", names, " ")
}
FNR == 1 { flush_file(); gathering = "" }
/^namespace [a-z_:]*detail/ { in_detail = 1 }
/^}  \/\/ namespace [a-z_:]*detail/ { in_detail = 0; comment = ""; next }
FILENAME ~ /\/io\/hf\// { next }
in_detail { next }
gathering != "" {
  sub(/^ +/, " ")
  gathering = gathering $0
  if ($0 ~ /[;{]$/ || $0 ~ /}$/) { judge(gathering); gathering = ""; shared = 1 }
  next
}
/^\/\/\// { if (shared) { comment = ""; shared = 0 } comment = comment "\n" $0; next }
/^$/ { comment = ""; shared = 0; next }
/^(template|\[\[|inline|constexpr|consteval|requires|[a-z_]+[a-z_:<>]* )/ {
  if ($0 ~ /[;{]$/ || $0 ~ /}$/) { judge($0); shared = 1 } else { gathering = $0 }
}
END {
  if (functions["all"] == 0) { print "no public function found"; exit 1 }
  printf "%-10s %9s", "", "functions"
  for (part = 1; part <= parts; ++part) printf " %8s", names[part]
  printf " %8s\n", "all of it"
  for (f = 1; f <= folder_count; ++f) row(folders[f])
  row("all")
}
