// SPDX-License-Identifier: BSL-1.0
#include "costs.hpp"

#include <fmt/format.h>

#include "shardline/io/text.hpp"

namespace planner {

std::string costs_text(const options& o, const costs& c) {
  shardline::text_table table("ll");
  table.add(
      {"per million output tokens", fmt::format("{:.3g} dollars", c.dollars.per_million_output)});
  table.add(
      {"per million tokens, prompts too", fmt::format("{:.3g} dollars", c.dollars.per_million)});
  if (c.energy) {
    table.add({"decoding, per million output tokens",
               fmt::format("{:.3g} MJ at {:.0f} W a GPU", c.energy->joules, c.energy->watts)});
  } else {
    table.add({"decoding, joules", "the accelerator's power was not measured"});
  }
  return fmt::format("\ncost at {} dollars per GPU and hour\n{}", shardline::in_full(*o.price),
                     table.text("  "));
}

}  // namespace planner
