# SPDX-License-Identifier: BSL-1.0
# cmake -DPLAN=<shardline-plan> -DBINARY=<folder> -P batch.cmake
# A line of `batch` says what `estimate --json` says of the same options, to the last bit; a line that
# is refused says which line, which field and why; and every line has its answer, in its place.
cmake_minimum_required(VERSION 3.25)

set(complaints "")
set(lines "")
set(count 0)
set(refusals 0)

function(json_string text result)
  string(REPLACE "\\" "\\\\" text "${text}")
  string(REPLACE "\"" "\\\"" text "${text}")
  set(${result} "\"${text}\"" PARENT_SCOPE)
endfunction()

# One line, and what it must be answered.
macro(line text answer)
  string(APPEND lines "${text}\n")
  math(EXPR count "${count} + 1")
  set(answer_${count} "${answer}")
endmacro()

# The options of a command line as an object: what looks like a number is one, options with nothing
# behind them are true.
function(object_of result)
  set(members "")
  set(name "")
  foreach(word IN LISTS ARGN ITEMS --end)
    if(word MATCHES "^--(.+)$")
      set(next ${CMAKE_MATCH_1})
      if(NOT name STREQUAL "")
        list(APPEND members "\"${name}\":true")
      endif()
      set(name ${next})
    else()
      set(value ${word})
      if(NOT word MATCHES "^[0-9]+(\\.[0-9]+)?$")
        json_string("${word}" value)
      endif()
      list(APPEND members "\"${name}\":${value}")
      set(name "")
    endif()
  endforeach()
  list(JOIN members ", " text)
  set(${result} "{${text}}" PARENT_SCOPE)
endfunction()

macro(same_as_estimate)
  object_of(object ${ARGN})
  execute_process(COMMAND ${PLAN} estimate ${ARGN} --json
    OUTPUT_VARIABLE printed ERROR_VARIABLE refused RESULT_VARIABLE status)
  if(NOT status EQUAL 0 AND NOT status EQUAL 2)
    string(APPEND complaints "${ARGN}: ${refused}\n")
  endif()
  line("${object}" "${printed}")
endmacro()

macro(refused text field error)
  math(EXPR next "${count} + 1")
  math(EXPR refusals "${refusals} + 1")
  line("${text}" "{\"line\": ${next}, \"field\": ${field}, \"error\": \"${error}\"}")
endmacro()

set(whole "a whole number from 1 to 1000000")
set(target "\"model\": \"llama-3.1-8b\", \"accelerator\": \"h100-sxm\", \"layout\": \"vllm:tp=8\"")
set(wanted "a JSON object of options, each a string, a number, true, false or null")

# What the README shows, and the cross of models, layouts, engines and loads.
foreach(expectation estimate_json rate_json)
  file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/${expectation}.args arguments)
  list(POP_FRONT arguments)
  list(REMOVE_ITEM arguments --json)
  same_as_estimate(${arguments})
endforeach()
foreach(model llama-3.1-70b deepseek-v3 gpt-oss-120b ${CMAKE_CURRENT_LIST_DIR}/deepseek-v3.json)
  foreach(layout vllm:tp=8,pp=2 vllm:tp=3 mesh:tp=4,dp=4,etp=2,ep=4,edp=2 product:ep=4,tp=4,pp=70)
    foreach(load --rate=2.5 --rate=1000 --engine=sglang --efficiency=datasheet --num-prompts=100)
      string(REPLACE "=" ";" load "${load}")
      same_as_estimate(--model ${model} --accelerator h200-sxm --gpus 16 --layout ${layout} ${load}
        --concurrency 33 --input 1000 --output 77)
    endforeach()
  endforeach()
endforeach()
same_as_estimate(--model deepseek-v3 --accelerator b200-sxm --gpus 16 --layout sglang:tp=16,dp=16,dp-attention=on,ep=16
  --expert-skew 1.2 --overlap-shared --two-batch-overlap --dispatch fp8 --draft 2 --acceptance 0.7
  --max-tpot 50ms --kv fp8 --weights nvfp4 --chunk 4096 --prefix-hit 0.25 --microbatches 2)
same_as_estimate(--model llama-3.1-70b --accelerator h100-sxm --gpus 16 --layout vllm:tp=4
  --prefill-gpus 4 --decode-gpus 8 --efficiency constant:mfu=0.5,bandwidth=0.8)

# Nothing given is the same as null, and as false where there is no value.
execute_process(COMMAND ${PLAN} estimate --model llama-3.1-8b --accelerator h100-sxm
  --layout vllm:tp=8 --gpus 8 --json OUTPUT_VARIABLE printed)
foreach(eight 8.0 0.8e1 80.0e-1)
  line("{${target}, \"gpus\": ${eight}}" "${printed}")
endforeach()
line("{${target}, \"gpus\": 8, \"chunk\": null, \"two-batch-overlap\": false}" "${printed}")
line("{${target}, \"gpus\": \"8\"}" "${printed}")

# What may be given more than once is a list, or the one.
execute_process(COMMAND ${PLAN} estimate --model llama-3.1-8b --accelerator h100-sxm
  --layout vllm:tp=8 --gpus 8 --set memory=9e10 --set peak.bf16=5e14 --json OUTPUT_VARIABLE set)
line("{${target}, \"gpus\": 8, \"set\": [\"memory=9e10\", \"peak.bf16=5e14\"]}" "${set}")
execute_process(COMMAND ${PLAN} estimate --model llama-3.1-8b --accelerator h100-sxm
  --layout vllm:tp=8 --gpus 8 --set memory=9e10 --json OUTPUT_VARIABLE set)
foreach(one "[\"memory=9e10\"]" "\"memory=9e10\"")
  line("{${target}, \"gpus\": 8, \"set\": ${one}}" "${set}")
endforeach()
line("{${target}, \"gpus\": 8, \"set\": []}" "${printed}")
set(often "a string, or a list of strings, each as the option takes it on the command line")
foreach(wrong 8 null true "[\"memory=9e10\"]" "{}")
  set(shown "${wrong}")
  if(wrong MATCHES "^\\[")
    set(shown "an array")
  elseif(wrong STREQUAL "{}")
    set(shown "an object")
  endif()
  refused("{${target}, \"gpus\": 8, \"set\": [${wrong}]}" "\"set\"" "--set: ${shown}; allowed: ${often}")
endforeach()
refused("{${target}, \"gpus\": 8, \"set\": [\"memory=9e10\", \"memory=8e10\"]}" "\"set\""
        "--set: memory=8e10; allowed: each figure once")

refused("" null "line: no JSON at character 1; allowed: ${wanted}")
refused("{" null "line: no JSON at character 2; allowed: ${wanted}")
refused("5" null "line: a value; allowed: ${wanted}")
refused("[]" null "line: an array; allowed: ${wanted}")
refused("{${target}, \"gpus\": 0}" "\"gpus\"" "--gpus: 0; allowed: ${whole}")
refused("{${target}, \"gpus\": 1.5}" "\"gpus\"" "--gpus: 1.5; allowed: ${whole}")
refused("{${target}, \"gpus\": 1e400}" "\"gpus\"" "--gpus: 1e400; allowed: ${whole}")
refused("{${target}, \"gpus\": true}" "\"gpus\"" "--gpus: true; allowed: ${whole}")
refused("{${target}, \"gpus\": [8]}" "\"gpus\""
        "--gpus: an array; allowed: a string, a number, true, false or null")
refused("{${target}, \"gpus\": 8, \"gpus\": 16}" "\"gpus\""
        "--gpus: given twice (8, 16); allowed: once")
refused("{${target}}" "\"gpus\"" "--gpus: nothing given; allowed: accelerators in all")
refused("{${target}, \"gpus\": \"\"}" "\"gpus\"" "--gpus: nothing; allowed: accelerators in all")
refused("{${target}, \"gpus\": 8, \"two-batch-overlap\": \"yes\"}" "\"two-batch-overlap\""
        "--two-batch-overlap: yes; allowed: true or false")
refused("{\"model\": \"llama-3.1-8b\", \"accelerator\": \"h100-sxm\", \"gpus\": 8, \"layout\": \"vllm:tp=0\"}"
        "\"layout\"" "--layout: tp: 0; allowed: ${whole}")
refused("{\"model\": \"llama-3.1-8b\", \"accelerator\": \"h100-sxm\", \"gpus\": 8, \"layout\": \"product:ep=1000000,dp=1000000\"}"
        "\"layout\"" "--layout: dp: 1000000000000; allowed: ${whole}")
line("{${target}, \"gpus\": 8}" "${printed}")  # and on it goes

file(WRITE ${BINARY}/batch.in "${lines}")
execute_process(COMMAND ${PLAN} batch INPUT_FILE ${BINARY}/batch.in OUTPUT_VARIABLE answers
  ERROR_VARIABLE error RESULT_VARIABLE status)
set(expected "shardline-plan: ${refusals} of ${count} lines were refused\n")
if(NOT status EQUAL 64 OR NOT error STREQUAL expected)
  string(APPEND complaints "exit status ${status}, '${error}'; expected 64, '${expected}'\n")
endif()

foreach(i RANGE 1 ${count})
  string(FIND "${answers}" "\n" end)
  if(end EQUAL -1)
    string(APPEND complaints "line ${i} has no answer\n")
    break()
  endif()
  string(SUBSTRING "${answers}" 0 ${end} answer)
  math(EXPR end "${end} + 1")
  string(SUBSTRING "${answers}" ${end} -1 answers)
  string(JSON same ERROR_VARIABLE odd EQUAL "${answer}" "${answer_${i}}")
  if(NOT same)
    string(APPEND complaints "line ${i}: ${odd}\n${answer}\nin place of\n${answer_${i}}\n")
  endif()
endforeach()
if(NOT answers STREQUAL "")
  string(APPEND complaints "more answers than lines: ${answers}\n")
endif()

# Without a line that is refused it exits with 0, and a last line needs no end.
file(WRITE ${BINARY}/batch.in "{${target}, \"gpus\": 8}")
execute_process(COMMAND ${PLAN} batch INPUT_FILE ${BINARY}/batch.in OUTPUT_VARIABLE answer
  RESULT_VARIABLE status)
string(JSON same ERROR_VARIABLE odd EQUAL "${answer}" "${printed}")
if(NOT status EQUAL 0 OR NOT same)
  string(APPEND complaints "exit status ${status}: ${answer}\n")
endif()
file(WRITE ${BINARY}/batch.in "")
execute_process(COMMAND ${PLAN} batch INPUT_FILE ${BINARY}/batch.in OUTPUT_VARIABLE answer
  RESULT_VARIABLE status)
if(NOT status EQUAL 0 OR NOT answer STREQUAL "")
  string(APPEND complaints "nothing in: exit status ${status}, '${answer}'\n")
endif()

if(NOT complaints STREQUAL "")
  message(FATAL_ERROR "${complaints}")
endif()
