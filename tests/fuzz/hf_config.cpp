// SPDX-License-Identifier: BSL-1.0
// libFuzzer target: whatever bytes come in as config.json, the importer answers as
// check_import.hpp demands. A byte of 0xFF, which no JSON has, parts the text from that of a
// hf_quant_config.json.
//   cmake -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DSHARDLINE_FUZZ=ON
//   ninja -C build/fuzz fuzz_hf_config && build/fuzz/tests/fuzz_hf_config CORPUS -max_len=4096
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "check_import.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t parted = input.find('\xFF');
  const std::string_view second =
      parted == std::string_view::npos ? std::string_view() : input.substr(parted + 1);
  if (!fuzz::answers_well(input.substr(0, parted), second)) std::abort();
  return 0;
}
