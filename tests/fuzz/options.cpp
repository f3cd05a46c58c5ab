// SPDX-License-Identifier: BSL-1.0
// libFuzzer target: whatever bytes come in as the value of an option of shardline-plan, the answer
// is a value in its range or a refusal. The first byte says which option.
//   ninja -C build/fuzz fuzz_options && build/fuzz/tests/fuzz_options CORPUS -max_len=256
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

// The planner is no library: its readers of values are compiled here.
#include "../../examples/planner/values.cpp"
#include "../../examples/planner/words.cpp"

namespace {

using shardline::field;

bool inside(field f, double x) { return range_of(f).contains(x); }

bool reads_value(unsigned which, std::string_view text) {
  switch (which % 9) {
    case 0:
      return inside(field::memory,
                    planner::memory_size("--memory", text, field::memory, 1e8).value());
    case 1:
      return inside(field::max_ttft,
                    planner::duration("--max-ttft", text, field::max_ttft).value());
    case 2: {
      const auto n = planner::whole_number("--gpus", text, field::gpus);
      return inside(field::gpus, static_cast<double>(n));
    }
    case 3:
      return inside(field::prefix_hit, planner::fraction("--prefix-hit", text, field::prefix_hit));
    case 4:
      return planner::efficiency_policy("--efficiency", text).index() < 3;
    case 5:
      return shardline::bits(planner::weight_format("--weights", text).element) > 0;
    case 6:
      return planner::cache_format("--kv", text).bytes(64) > 0.0;
    case 7:
      return planner::engine("--engine", text) != nullptr || text == "none";
    default:
      return !planner::launch_format("--format", text).empty();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  bool well = false;
  try {
    well = reads_value(data[0], text);
  } catch (const planner::bad_input& refused) {
    well = refused.line.find("; allowed: ") != std::string::npos && !refused.field.empty();
  }
  if (!well) std::abort();
  return 0;
}
