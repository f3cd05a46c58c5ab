// SPDX-License-Identifier: BSL-1.0
/// What a simulated replica goes by, and what goes in and comes out.
#pragma once

#include <cstddef>
#include <limits>

#include "shardline/describe/engine.hpp"

namespace shardline::simulation {

/// A request: when it is sent, and how long it is. Of a closed loop `sent` is set by the engine.
///   sent            seconds since the beginning
///   input, output   tokens, from 1
struct request {
  double sent = 0.0;
  double input = 1.0;
  double output = 1.0;
};

/// How one replica of an engine behaves.
///   schedule        what a step holds
///   budget          its new tokens at most
///   slots           sequences that are taken up at most
///   batches         that go round the pipeline's stages
///   checked         tokens that a decoding sequence puts into a step, guesses included
///   gained          tokens that it gains by that
///   cached          tokens of a prompt that need not be read
///   capacity        tokens that the cache holds, over which `each` more a sequence are kept
///   reserved        share of an output for which room is set aside when its prompt is taken up
///   admission       seconds from a request's sending to the engine
///   met_steps       steps of a busy engine that pass besides, the step under way among them: of a
///                   closed loop, and
///   met_at_random   of arrivals at random
struct engine_rules {
  scheduler schedule = scheduler::chunked;
  double budget = 8192.0;
  double slots = 1.0;
  std::size_t batches = 1;
  double checked = 1.0;
  double gained = 1.0;
  double cached = 0.0;
  double capacity = std::numeric_limits<double>::infinity();
  double each = 0.0;
  double reserved = 1.0;
  double admission = 0.0;
  double met_steps = 0.0;
  double met_at_random = 0.0;
};

/// A request that has its last token.
///   sent, first, last   seconds since the beginning: of itself and of two of its tokens
///   output              tokens it has got
struct finished_request {
  double sent = 0.0;
  double first = 0.0;
  double last = 0.0;
  double output = 1.0;
};

}  // namespace shardline::simulation
