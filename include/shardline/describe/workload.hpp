// SPDX-License-Identifier: BSL-1.0
/// A workload: how many sequences at once or how often they arrive, how long they are, what is
/// known of them beforehand, and what the user must not wait for.
#pragma once

#include <optional>

#include "shardline/base/integer.hpp"
#include "shardline/base/units.hpp"
#include "shardline/describe/routing.hpp"

namespace shardline {

/// Speculative decoding: each step checks `draft_tokens` guessed tokens of every sequence beside
/// the one it owes.
///   draft_tokens   guessed per step and sequence, 0 to 64; 0: no speculation
///   acceptance     probability that a guess is right where all before it were, in [0, 1]
///   draft_time     seconds that one guess of the whole batch takes; 0: that of the model's own
///                  multi-token-prediction layer, or none where it has none (n-grams of the prompt)
template <class T = double>
struct basic_speculation {
  integer draft_tokens = 0;
  T acceptance = T(0.0);
  seconds<T> draft_time{};
};
using speculation = basic_speculation<>;

/// Keys and values of prompts in the hosts' memory, to be copied where they would be computed
/// (vLLM's OffloadingConnector, LMCache, SGLang's hierarchical cache).
///   hit    share of what prefix_hit leaves of a prompt that hosts hold, in [0, 1]
///   rate   from a host's memory to one GPU: a PCIe 5.0 slot has 64e9 B/s, some 50e9 of use
template <class T = double>
struct basic_host_cache {
  T hit = T(0.0);
  bandwidth<T> rate = bandwidth<T>::from_value(T(50e9));
};
using host_cache = basic_host_cache<>;

/// Load of one deployment.
///   concurrency       sequences in flight over the whole deployment, >= 1; with a rate the most
///                     that are
///   input, output     prompt and generated tokens of each sequence, >= 1
///   output_cv         how answers' lengths spread: standard deviation over mean, in [0, 10]
///   chunk             new tokens of a replica's step at most (the engine's token budget), as its
///                     scheduler shares them out; none: prompts are read whole, and others wait
///   prefix_hit        share of a prompt that the prefix cache holds already, in [0, 1]
///   host_cache        what is copied from the hosts' memory, and how fast
///   rate              requests per second that arrive at random (Poisson); 0: each sequence that
///                     ends is followed by the next, so that `concurrency` are always in flight
///   num_prompts       requests of a run that sends the first `concurrency` at once, as benchmark
///                     clients do; 0: no beginning and no end
///   speculation       how decoding guesses ahead
///   routing           how evenly tokens fall on experts: what the busiest rank gets follows
///   expert_imbalance  tokens of the busiest expert rank over the mean, >= 1 (1: even routing);
///                     stated in place of any other law of routing, not beside it
///   max_ttft          longest time to first token allowed
///   max_tpot          longest mean time per output token after the first allowed
template <class T = double>
struct basic_workload {
  T concurrency = T(1.0);
  tokens<T> input = tokens<T>::from_value(T(1024.0));
  tokens<T> output = tokens<T>::from_value(T(128.0));
  T output_cv = T(0.0);
  std::optional<tokens<T>> chunk{};
  T prefix_hit = T(0.0);
  basic_host_cache<T> host_cache{};
  request_rate<T> rate{};
  T num_prompts = T(0.0);
  basic_speculation<T> speculation{};
  basic_routing<T> routing{};
  T expert_imbalance = T(1.0);
  std::optional<seconds<T>> max_ttft{};
  std::optional<seconds<T>> max_tpot{};
};
using workload = basic_workload<>;

}  // namespace shardline
