// SPDX-License-Identifier: BSL-1.0
/// Runs what the options ask for and prints it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "options.hpp"
#include "shardline/io/json/engine.hpp"
#include "shardline/io/json/output.hpp"
#include "shardline/io/text/layout.hpp"

namespace planner {

/// Prices the layout, or searches for layouts, and prints the result. True where there is a
/// feasible one. Throws bad_input where the inputs, each allowed by itself, cannot be priced
/// together.
bool run(const options& o);

/// The result of an estimate, as --json prints it but in one line. True where it is feasible. Throws
/// bad_input, and has then put nothing.
bool put_result(shardline::json_text& out, const options& o);

/// The convention that layouts are written in: the engine's own, or vLLM's where it has none.
std::string_view convention(const options& o);

/// The engine as the inputs name it: its version, and why it was taken where nobody asked for it.
std::string name_of_engine(const options& o);

/// What the inputs say beside the load and the engine, a line each.
std::vector<std::string> lines_of_inputs(const options& o);

/// The inputs, in the words of the command line.
void print_inputs(const options& o);

/// The result with "engine" behind it: its name and the constants taken.
void print_json(nlohmann::ordered_json result, const options& o);

/// What both pools of an estimate deliver together. Throws bad_input.
shardline::disaggregated figures_of_pools(const options& o);

/// "none", or the name of the version.
std::string_view name_of(const shardline::engine_version* engine);

/// "engine": its name and the constants taken, a member.
template <class Output>
void put_engine(shardline::json_output<Output>& out, const options& o) {
  out.object("engine", [&] {
    out.member("name", name_of(o.engine));
    put_members(out, o.cluster.runtime);
  });
}

/// "flags": what to paste behind --layout of a layout that was found, a member.
template <class Output>
void put_flags(shardline::json_output<Output>& out, const options& o, const shardline::layout& l) {
  out.member("flags", shardline::typed_text(o.model, l, convention(o)));
}

/// Notes of the model among the "warnings" of an estimate or a fit.
void add_notes(nlohmann::ordered_json& estimate, const options& o);

}  // namespace planner
