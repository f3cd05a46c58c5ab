# SPDX-License-Identifier: BSL-1.0
# cmake -DPLAN=<shardline-plan> -DBINARY=<folder> -P parts.cmake
# Parts of a search, merged, print what the whole prints, byte for byte, in however many parts and
# threads; and what is no part of it is refused.
cmake_minimum_required(VERSION 3.25)

set(complaints "")
set(folder ${BINARY}/parts)
file(REMOVE_RECURSE ${folder})
file(MAKE_DIRECTORY ${folder})

function(run output status)
  execute_process(COMMAND ${PLAN} ${ARGN} RESULT_VARIABLE found_status OUTPUT_VARIABLE found
    ERROR_VARIABLE error)
  set(${output} "${found}${error}" PARENT_SCOPE)
  set(${status} ${found_status} PARENT_SCOPE)
endfunction()

# The files of all parts of a search, the last first.
function(make_parts files number)
  set(made)
  math(EXPR last "${number} - 1")
  foreach(i RANGE ${last})
    run(part status ${ARGN} --part ${i}/${number})
    if(NOT status EQUAL 0)
      string(APPEND complaints "part ${i} of ${number}: ${status}, ${part}\n")
    endif()
    file(WRITE ${folder}/${i}_of_${number}.json "${part}")
    list(PREPEND made ${folder}/${i}_of_${number}.json)
  endforeach()
  set(${files} ${made} PARENT_SCOPE)
  set(complaints "${complaints}" PARENT_SCOPE)
endfunction()

function(merges_to_whole numbers)
  run(whole whole_status search ${ARGN})
  foreach(number IN LISTS numbers)
    make_parts(files ${number} search ${ARGN})
    run(merged merged_status merge ${files})
    if(NOT merged STREQUAL whole OR NOT merged_status STREQUAL whole_status)
      string(APPEND complaints "${number} parts of ${ARGN}: ${merged_status}, not the whole:\n${merged}\n${whole}\n")
    endif()
  endforeach()
  run(threads status search ${ARGN} --jobs 3)
  if(NOT threads STREQUAL whole)
    string(APPEND complaints "three threads of ${ARGN}:\n${threads}\n")
  endif()
  set(complaints "${complaints}" PARENT_SCOPE)
endfunction()

set(expert --model mixtral-8x7b --accelerator h100-sxm)
set(dense --model llama-3.1-8b --accelerator h100-sxm)
merges_to_whole("1;2;7;64" ${expert} --gpus 8 --engine vllm --top 7)
merges_to_whole("2;7" ${expert} --gpus 4..8:x2 --engine vllm,sglang --weights bf16,fp8
                --concurrency 16,256 --price 2.5 --objective cost --json)
merges_to_whole("1;2;7" ${expert} --gpus 4..8 --concurrency 16..64:x2 --frontier --top 30)
merges_to_whole("2" ${dense} --gpus 2 --concurrency 16 --p99-tpot 15ms)
# Nothing feasible: what comes nearest is told once, of the whole.
merges_to_whole("2" ${dense} --gpus 1 --max-tpot 1us --json)

# What a search says of a layout an estimate says too, where the engine's step goes by the layout.
set(sglang --model deepseek-v3 --accelerator h200-sxm --gpus 8 --engine sglang --concurrency 256
    --expert-exchange low-latency)
run(searched status search ${sglang} --top 1 --json)
string(JSON ranked GET "${searched}" layouts 0 serving)
run(listed status search ${sglang} --top 1)
string(REGEX MATCH "sglang:tp=8,dp=[0-9]+,[^ \n]+" flags "${listed}")
run(estimated status estimate ${sglang} --layout "${flags}" --json)
string(JSON served GET "${estimated}" serving)
if(NOT ranked STREQUAL served)
  string(APPEND complaints "a search under SGLang says ${ranked}, an estimate ${served}\n")
endif()

# Of several accelerators the cheapest is recommended, whichever stands first.
function(gpus_recommended gpus cost)
  run(found status recommend --model llama-3.1-70b --gpus 32 --rate 8 --concurrency 256 --max-tpot 30ms
      --engine vllm --json ${ARGN})
  string(JSON number GET "${found}" gpus)
  string(JSON each GET "${found}" replica cost dollars_per_gpu_hour)
  string(REGEX REPLACE "[.].*" "" each "${each}")  # whole ones
  math(EXPR all "${number} * ${each}")
  set(${gpus} ${number} PARENT_SCOPE)
  set(${cost} ${all} PARENT_SCOPE)
endfunction()
foreach(prices 5,6 2,9)
  string(REPLACE "," ";" price ${prices})
  list(GET price 0 of_h100)
  list(GET price 1 of_h200)
  gpus_recommended(h100s first --accelerator h100-sxm --price ${of_h100})
  gpus_recommended(h200s second --accelerator h200-sxm --price ${of_h200})
  gpus_recommended(chosen paid --accelerator h100-sxm,h200-sxm --price ${prices})
  set(least ${first})
  if(second LESS first)
    set(least ${second})
  endif()
  if(NOT paid EQUAL least OR first EQUAL second)
    string(APPEND complaints "at ${prices} ${paid} dollars an hour, not the least of ${first}, ${second}\n")
  endif()
endforeach()

macro(refused line)
  run(error status ${ARGN})
  if(NOT status EQUAL 64 OR NOT error STREQUAL "shardline-plan: ${line}\n")
    string(APPEND complaints "${ARGN}: ${status}, ${error}\n")
  endif()
endmacro()

set(parts "files that search --part of this version wrote")
make_parts(two 2 search ${dense} --gpus 8)
make_parts(three 3 search ${dense} --gpus 4)
list(GET two 0 last)
list(GET two 1 first)
list(GET three 0 other)
refused("files: part 1 of 2 is missing; allowed: all parts of one search" merge ${first})
refused("files: ${first}: is part 0 once more; allowed: ${parts}" merge ${first} ${first})
refused("files: ${other}: is a part of another search than ${first}; allowed: ${parts}" merge ${first} ${other})
refused("files: ${folder}/none.json: cannot be read; allowed: ${parts}" merge ${folder}/none.json)
file(WRITE ${folder}/text.json "{\"part\": 0}")
refused("files: ${folder}/text.json: is no part of a search; allowed: ${parts}" merge ${folder}/text.json)
file(READ ${last} text)
string(REGEX REPLACE "\"version\":\"[^\"]*\"" "\"version\":\"0.0.1\"" text "${text}")
file(WRITE ${folder}/old.json "${text}")
refused("files: ${folder}/old.json: is of version 0.0.1; allowed: ${parts}" merge ${folder}/old.json)
# A layout that no search of these GPUs looks at, and a figure that is not found again.
file(READ ${first} text)
string(REGEX REPLACE "\"layout\":.[0-9]+," "\"layout\":[3," foreign "${text}")
file(WRITE ${folder}/foreign.json "${foreign}")
refused("files: a point of no such search; allowed: what search --part wrote" merge ${folder}/foreign.json ${last})
string(REGEX REPLACE "\"rank\":.-" "\"rank\":[-9" priced "${text}")
file(WRITE ${folder}/priced.json "${priced}")
refused("files: figures that this program does not find again; allowed: parts of this program, over the same files"
        merge ${folder}/priced.json ${last})
refused("files: nothing; allowed: files that search --part wrote" merge)

# Lists, ranges and parts.
set(range "8..64, 64..4096:64 in steps, 8..64:x2 in powers: whole numbers, the lower first")
foreach(text 8..4 8.. ..8 1..8:0 1..8:x1 1..8:x 0..4 8..4..2)
  refused("--gpus: ${text}; allowed: ${range}" search ${dense} --gpus ${text})
endforeach()
refused("--gpus: 8,4..8; allowed: each value once" search ${dense} --gpus 8,4..8)
foreach(missing , 64, ,,)
  refused("--concurrency: nothing; allowed: a whole number from 1 to 1000000000" search ${dense} --gpus 8 --concurrency ${missing})
endforeach()
refused("--concurrency: 16,64,16; allowed: each value once" search ${dense} --gpus 8 --concurrency 16,64,16)
refused("--concurrency: nothing; allowed: a whole number from 1 to 1000000000"
        search ${dense} --gpus 8 --concurrency 16,,64)
refused("--weights: fp9 (did you mean fp8?); allowed: fp32, bf16, fp16, fp8, int8, int4, mxfp4, nvfp4"
        search ${dense} --gpus 8 --weights fp8,fp9)
refused("--chunk: 129 values; allowed: at most 100000 combinations of all lists"
        search ${dense} --gpus 8 --chunk 1024..2048:8 --concurrency 1..1000)
foreach(text 2/2 -1/2 1 1/0 a/2 1/2/3 1/)
  refused("--part: ${text}; allowed: i/n, with i from 0 to n - 1 and n from 1 to 1000000"
          search ${dense} --gpus 8 --part ${text})
endforeach()
refused("--jobs: 0; allowed: a whole number from 1 to 1024" search ${dense} --gpus 8 --jobs 0)
refused("--objective: speed; allowed: throughput, users, goodput, cost, gpus, ttft, tpot"
        search ${dense} --gpus 8 --objective speed)
refused("--objective: cost; allowed: only with --price" search ${dense} --gpus 8 --objective cost)
refused("--price: 2,3; allowed: one, or one for each of 1 accelerators" search ${dense} --gpus 8 --price 2,3)
refused("--frontier: given; allowed: only without --simulate and percentiles"
        search ${dense} --gpus 8 --frontier --p99-ttft 1s)
refused("--html: a.html; allowed: only with one value of --gpus" search ${dense} --gpus 4,8 --html a.html)
# The page of a search without an answer ends as its text does.
set(none search --model deepseek-v3 --accelerator h100-sxm --gpus 8)
run(text status ${none} --html ${folder}/none.html)
file(READ ${folder}/none.html page)
string(REGEX MATCH "\nthe nearest\n(.*)$" nearest "${text}")
string(FIND "${page}" "<h3>The nearest, as asked</h3><pre class=\"nearest\">${CMAKE_MATCH_1}</pre>" at)
if(NOT status EQUAL 2 OR NOT nearest MATCHES "with .*\nwith more GPUs: " OR at EQUAL -1)
  string(APPEND complaints "the page of nothing has no '${nearest}'\n")
endif()
refused("--html: a.html; allowed: only without --part" search ${dense} --gpus 4 --html a.html --part 0/2)

# Published speculators.
refused("--draft: mtp; allowed: mtp only with a model that has prediction layers" search ${dense} --gpus 8 --draft mtp)
refused("--draft: mtp:2; allowed: with --acceptance, or as many tokens as are published of deepseek-v3: 1 (arXiv 2412.19437)"
        search --model deepseek-v3 --accelerator h200-sxm --gpus 8 --draft mtp:2)
refused("--draft: eagle3; allowed: with a number of tokens: eagle3:3" search ${dense} --gpus 8 --draft eagle3)
refused("--draft: eagle3:3; allowed: with --draft-time, what one guess of the whole batch takes"
        search ${dense} --gpus 8 --draft eagle3:3)

if(NOT complaints STREQUAL "")
  message(FATAL_ERROR "${complaints}")
endif()
