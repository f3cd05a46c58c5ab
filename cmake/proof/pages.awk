# SPDX-License-Identifier: BSL-1.0
# awk -f pages.awk <header>: the filter that Doxygen reads headers through: lines of a comment that stand further in (formulas,
# members, numbers) become blocks that are shown as they are, and in what stands between them no
# character has a meaning of its own.
function escaped(text,   out, i, c) {
  out = ""
  for (i = 1; i <= length(text); ++i) {
    c = substr(text, i, 1)
    if (index("\\@<>#&%\"*|~`$[]", c) > 0) out = out "\\"
    out = out c
  }
  return out
}
match($0, /^ *\/\/\//) {
  margin = substr($0, 1, RLENGTH)
  text = substr($0, RLENGTH + 1)
  block = text ~ /^  +[^ ]/
  if (!named) print margin " @file"
  named = 1
  if (commented && block != was_block) print margin
  print margin (block ? "     " text : escaped(text))
  was_block = block
  commented = 1
  next
}
{
  commented = 0
  was_block = 0
  # Doxygen 1.9 takes overloads for aliases of one template for one another.
  if (match($0, /to_text\(const (bytes|seconds|token_rate|request_rate)<T>&/)) {
    alias = substr($0, RSTART + 14, RLENGTH - 18)
    sub(/const [a-z_]+<T>&/, "const of_" alias "<T>\\&")
  }
  print
}
