// SPDX-License-Identifier: BSL-1.0
// libFuzzer target: whatever bytes come in as the text of a layout, an accelerator's file, a model's
// own file, an entry of a list of modules or the value of an option, the answer is a value in its range or one
// printable line. The first byte says which.
//   ninja -C build/fuzz fuzz_other_inputs && build/fuzz/tests/fuzz_other_inputs CORPUS -max_len=1024
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "check_import.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/io/accelerator_file.hpp"
#include "shardline/io/hf/weights/patterns.hpp"
#include "shardline/io/model_file.hpp"
#include "shardline/io/near_names.hpp"
#include "shardline/io/text/layout.hpp"

namespace {

using namespace shardline;

bool reads_layout(std::string_view text) {
  const parsed_layout parsed = parse_layout(text);
  if (!parsed.has_value()) return !fault_text(parsed).empty();
  return parsed.layout.gpus() >= 0;
}

bool reads_accelerator(std::string_view text) {
  const accelerator_result read = read_accelerator(text);
  if (!read.error.empty()) return fuzz::is_one_printable_line(read.error);
  for (const accelerator_figure& f : accelerator_figures) {
    const double x = f.of_accelerator(read.of);
    if (!(f.range.contains(x) || x == 0.0)) return false;  // 0: not said
  }
  return read.of.memory.value() > 0.0;
}

bool reads_model(std::string_view text) {
  const model_result read = read_model(text);
  if (!read.error.empty()) return fuzz::is_one_printable_line(read.error);
  return fuzz::can_be_counted(read.of);
}

bool reads_pattern(std::string_view text) {
  const std::size_t parted = text.find('\n');
  const auto read = hf::pattern::of(text.substr(0, parted));
  const std::string module(parted == std::string_view::npos ? "" : text.substr(parted + 1));
  return !read || read->names(module) || !read->names(module);
}

bool finds_names(std::string_view text) {
  const std::string near = did_you_mean(text, figure_names());
  return near.empty() || fuzz::is_one_printable_line(near);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  bool well = true;
  switch (data[0] % 5) {
    case 0:
      well = reads_layout(text);
      break;
    case 1:
      well = reads_accelerator(text);
      break;
    case 2:
      well = reads_pattern(text);
      break;
    case 3:
      well = reads_model(text);
      break;
    default:
      well = finds_names(text);
  }
  if (!well) std::abort();
  return 0;
}
