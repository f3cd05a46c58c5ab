// SPDX-License-Identifier: BSL-1.0
/// Values of options: text to numbers, formats and policies. Every function throws bad_input, which
/// names the option, what it was given and what is allowed.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "options.hpp"

namespace planner {

/// Throws "option: value; allowed: ...".
[[noreturn]] void refuse(std::string_view option, std::string_view value, std::string_view allowed);

/// The same with the name of `known` that is nearest to the value, if one is near.
[[noreturn]] void refuse(std::string_view option, std::string_view value, std::string_view allowed,
                         const std::vector<std::string>& known);

/// Throws what is wrong with the first of some inputs, if there is any, by the option that says it.
[[noreturn]] void refuse(const shardline::invalid_field& input);
template <class Inputs>
void refuse_invalid(const Inputs& inputs) {
  if (!inputs.empty()) refuse(inputs[0]);
}

/// A whole number inside the range of `field`.
shardline::integer whole_number(std::string_view option, std::string_view text,
                                shardline::field field);

/// A whole number from 1 to `highest`.
shardline::integer whole_number(std::string_view option, std::string_view text,
                                shardline::integer highest);

/// All of a text as a number; none for anything else.
std::optional<double> number_in(std::string_view text);

/// A number inside the range of `field`.
double fraction(std::string_view option, std::string_view text, shardline::field field);

/// A number with its unit, "500us", "50ms", "1.5s", inside the range of `field`.
shardline::seconds<> duration(std::string_view option, std::string_view text,
                              shardline::field field);

/// A number with its unit, "79.18GiB", "80GB", or of bytes, inside the range of `field` and no less
/// than `least`: below that another unit was meant.
shardline::bytes<> memory_size(std::string_view option, std::string_view text,
                               shardline::field field, double least);

/// "fp8", "mxfp4", ...: the storage of the large matrices.
shardline::weight_format weight_format(std::string_view option, std::string_view text);

/// "fp8", "nvfp4", ...: how the KV cache is stored.
shardline::cache_format cache_format(std::string_view option, std::string_view text);

/// The names of engines and of their versions, each once.
std::string engine_names(std::string_view separator);

/// The same one by one, engines as often as they have versions.
std::vector<std::string> every_engine();

/// The engines that launch knows how to start, each version once, and its short name.
std::vector<std::string> launched_engines();

/// How a layout is written in each convention: "vllm:tp=8,dp=2,ep=on or ...".
std::string layout_examples();

/// "vllm", "vllm-0.11", ...; null for "none".
const shardline::engine_version* engine(std::string_view option, std::string_view text);

/// "bf16", "fp8", "fp4": what tokens and results travel in.
shardline::precision wire_precision(std::string_view option, std::string_view text);

/// "pairwise", "hierarchical", "low-latency", "fastest".
shardline::expert_exchange exchange(std::string_view option, std::string_view text);

/// --json, --csv or --md, of which one is given at most.
output_form form_of(const words& of);

/// "shell", "slurm", "lws", "dynamo" or "llm-d".
std::string launch_format(std::string_view option, std::string_view text);

/// What search can look for, and shells whose command lines can be completed.
inline constexpr std::array<std::string_view, 7> objectives{
    "throughput", "users", "goodput", "cost", "gpus", "ttft", "tpot"};
inline constexpr std::array<std::string_view, 3> shells{"bash", "zsh", "fish"};

/// The words that an option takes, "--engine", or an argument without dashes, "shell"; none of one
/// that takes numbers or anything else.
std::vector<std::string> values_of(std::string_view option);

/// "fitted", "fitted:engine=vllm", "datasheet", or
/// "constant:mfu=0.6,bandwidth=0.8,link=0.9,launch=3us" with any of the four, each once.
efficiency efficiency_policy(std::string_view option, std::string_view text);

}  // namespace planner
