// SPDX-License-Identifier: BSL-1.0
/// Options by the names that engines have for them, and what they ask of the others.
#pragma once

#include <span>
#include <string_view>

#include "options.hpp"
#include "words.hpp"

namespace planner {

/// What an engine's option limits.
enum class engine_limit : unsigned char { sequences, step_tokens, context };

/// An option of one engine, whichever version of it.
struct engine_option {
  std::string_view name;
  std::string_view engine;
  engine_limit limits{};
  std::string_view description;
};

std::span<const engine_option> engine_options();

/// An engine's own name of --eager, which has no value either.
struct eager_option {
  std::string_view name;
  std::string_view engine;
};

std::span<const eager_option> eager_options();

/// Puts those that are given on the engine, and checks them against it and the workload's lengths:
/// --max-num-seqs, --max-num-batched-tokens, --max-model-len of vLLM, what SGLang and TensorRT-LLM
/// call them, and --eager by any of its names. All here throw bad_input.
void read_engine_options(const words& of, options& o);

/// --chunk beside an engine's own name for it.
void refuse_second_budget(const words& of);

/// More sequences in flight than the engine was told to take.
void refuse_beyond_engine(const words& of, const options& o);

/// A longer sequence than the engine was told to take.
void refuse_beyond_context(const words& of, const options& o);

/// The longest sequence that the engine is told to take; 0 where it is not.
shardline::integer longest_sequence(const words& of);

/// --lora-slots and --lora-rank: what they take of the fullest stage is reserved.
void hold_adapters(const words& of, options& o);

}  // namespace planner
