# SPDX-License-Identifier: BSL-1.0
# cmake -DINPUT=x.wasm -DOUTPUT=x.wasm.gz -P compress.cmake
cmake_minimum_required(VERSION 3.25)
file(ARCHIVE_CREATE OUTPUT ${OUTPUT} PATHS ${INPUT} FORMAT raw COMPRESSION GZip COMPRESSION_LEVEL 9
  MTIME "2026-01-01 UTC")
