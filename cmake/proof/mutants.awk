# SPDX-License-Identifier: BSL-1.0
# awk -f mutants.awk <headers>: every small fault that a line of code can be given, as
#   file <tab> line <tab> what <tab> the line with it
function fault(from, to,   at, changed) {
  at = index($0, from)
  if (at == 0) return
  changed = substr($0, 1, at - 1) to substr($0, at + length(from))
  printf "%s\t%d\t%s becomes %s\t%s\n", FILENAME, FNR, from, to, changed
}
/^ *(\/\/|#|static_assert|using|template|namespace|\/\*)/ || /operator|requires|concept|include/ { next }
/=|return/ {
  fault(" + ", " - ")
  fault(" - ", " + ")
  fault(" * ", " / ")
  fault(" / ", " * ")
  fault(" < ", " <= ")
  fault(" <= ", " < ")
  fault(" > ", " >= ")
  fault(" >= ", " > ")
  fault(" == ", " != ")
  fault(" && ", " || ")
  fault(" || ", " && ")
  fault("max(", "min(")
  fault("min(", "max(")
  fault("T(1.0)", "T(2.0)")
  fault("T(0.5)", "T(0.25)")
  fault("round_up(", "(")
}
