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
  const auto energy = [](const shardline::token_energy& e) {
    return fmt::format("{:.3g} MJ at {:.0f} W a GPU", e.joules, e.watts);
  };
  if (c.energy) {
    table.add({"decoding, per million output tokens", energy(*c.energy)});
    table.add({"reading prompts, per million input tokens", energy(*c.of_prompts)});
    table.add({"per million tokens, prompts too", fmt::format("{:.3g} MJ", c.joules)});
  } else {
    table.add({"joules", "the accelerator's power was not measured"});
  }
  return fmt::format("\ncost at {} dollars per GPU and hour\n{}", shardline::in_full(*o.price),
                     table.text("  "));
}

}  // namespace planner
