# SPDX-License-Identifier: BSL-1.0
# awk -f reference.awk <headers>: how much of what is public is said of each function: of those at
# namespace scope, outside `detail`, what share has a comment, and in it units, a source or a test, and
# a worked number. Overloads behind one comment share it. With -v LIST=1 those that lack something.
function flush_file() { in_detail = 0; comment = ""; shared = 0 }
function judge(declaration,   name, head, doc, unit, source, number) {
  head = declaration
  sub(/^template <.*> *(requires[^;{]*)?(\[\[|constexpr|inline|void|auto)/, "constexpr", head)
  if (head !~ /\(/ || head ~ /^(struct|class|enum|using|static_assert|friend|concept|namespace|extern|#)/) return
  if (head ~ /^[^(]*=/) return
  name = head
  sub(/\(.*/, "", name)
  sub(/.*[ &*]/, "", name)
  if (name == "" || name ~ /^operator/ || name ~ /^(if|for|while|return|noexcept|requires)$/) return
  doc = comment != ""
  unit = comment ~ /\[[^\]]*(s|1|B|byte|FLOP|token|J|W)[^\]]*\]|second|bytes|token|share|FLOP|count|number of|whether|Whether|GPUs|ranks|layers|text|watt|joule|dollar/
  source = comment ~ /Source|arXiv|https?:|[Dd]ata sheet|measured|tests\/|derivation|same bits|sum|Sum/
  number = comment ~ /[0-9]/
  functions++
  documented += doc; units += unit; sources += source; numbers += number
  if (LIST && !(doc && unit && source && number)) {
    printf "%s: %s lacks%s%s%s%s\n", FILENAME, name, doc ? "" : " a comment", unit ? "" : " units", \
      source ? "" : " a source", number ? "" : " a number"
  }
}
FNR == 1 { flush_file(); gathering = "" }
/^namespace [a-z_:]*detail/ { in_detail = 1 }
/^}  \/\/ namespace [a-z_:]*detail/ { in_detail = 0; comment = ""; next }
in_detail { next }
gathering != "" {
  sub(/^ +/, " ")
  gathering = gathering $0
  if ($0 ~ /[;{]$/) { judge(gathering); gathering = ""; shared = 1 }
  next
}
/^\/\/\// { if (shared) { comment = ""; shared = 0 } comment = comment "\n" $0; next }
/^$/ { comment = ""; shared = 0; next }
/^(template|\[\[|inline|constexpr|[a-z_]+[a-z_:<>]* )/ {
  if ($0 ~ /[;{]$/ || $0 ~ /}$/) { judge($0); shared = 1 } else { gathering = $0 }
}
END {
  if (functions == 0) { print "no public function found"; exit 1 }
  printf "%d public functions: %.0f %% with a comment, %.0f %% with units, %.0f %% with a source or test, %.0f %% with a number\n", \
    functions, 100 * documented / functions, 100 * units / functions, 100 * sources / functions, 100 * numbers / functions
}
