# SPDX-License-Identifier: BSL-1.0
# Reads the annotated sources that `gcov --stdout` prints of every object: a line is covered where any
# object ran it, and counts where any has code for it.
/^ *-: *0:Source:/ { file = $0; sub(/.*Source:/, "", file); wanted = file ~ /shardline\//; next }
!wanted { next }
match($0, /^ *[^:]+: *[0-9]+:/) {
  split($0, part, ":")
  count = part[1]
  line = part[2]
  gsub(/ /, "", count)
  gsub(/ /, "", line)
  if (count == "-" || line == 0) next
  key = file ":" (line + 0)
  if (!(key in ran)) { ran[key] = 0; text[key] = substr($0, RLENGTH + 1) }
  if (count !~ /^[#=]/) ran[key] = 1
}
END {
  for (key in ran) {
    folder = key
    sub(/.*shardline\//, "", folder)
    sub(/\/[^\/]*$/, "", folder)
    if (folder == key || folder ~ /\.hpp/) folder = "."
    lines[folder]++
    covered[folder] += ran[key]
    all++
    all_covered += ran[key]
    if (!ran[key]) print key ":" text[key] | "sort -t: -k1,1 -k2,2n >" OUT
  }
  if (!all) { print "no line of a header was compiled"; exit 1 }
  for (folder in lines) {
    printf "%-22s %6d lines %6.1f %%\n", folder, lines[folder], 100 * covered[folder] / lines[folder] | "sort"
  }
  close("sort")
  printf "%-22s %6d lines %6.1f %%\n", "all", all, 100 * all_covered / all
}
