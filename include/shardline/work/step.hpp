// SPDX-License-Identifier: BSL-1.0
/// A step: the only unit of work. A prefill, a prefill chunk, a decode step and a mixed step of
/// continuous batching differ only in their numbers.
#pragma once

#include <array>
#include <cstddef>

#include "shardline/base/integer.hpp"
#include "shardline/base/scalar.hpp"
#include "shardline/describe/layout.hpp"
#include "shardline/describe/routing.hpp"

namespace shardline {

/// Which kernels run: prefill splits new tokens over cp and expands a latent cache; decode does
/// not.
enum class phase : unsigned char { prefill, decode };
/// In the order in which a mixed step runs its parts.
inline constexpr std::array<phase, 2> both_phases{phase::prefill, phase::decode};

/// `sequences` sequences over the whole deployment, each with `new_tokens` tokens to compute and
/// `context` tokens already cached.
///   phase   which kernels it runs
template <class T = double>
struct step_part {
  shardline::phase phase = phase::prefill;
  T sequences = T(0.0);
  T new_tokens = T(0.0);
  T context = T(0.0);
};

/// One pass through the model; a mixed step has a prefill part and a decode part, one of each.
///   expert_imbalance   tokens of the busiest expert rank over the mean, where routing is even
///   routing            how tokens fall on experts
///   replicas           that share the sequences out evenly, as they do on average; 0: one by one,
///                      so that the fullest has what is left over
///   uneven             of a step that is the mean of several: the share of its tokens by which the
///                      smallest has fewer and the largest more, from 0 to 1 [1]
///   ahead              seconds for which the host has worked at it before the accelerator is done
///                      with the step before: host_lead()
///   parts, part_count   the first `part_count` of them, 1 or 2
template <class T = double>
struct basic_step {
  std::array<step_part<T>, 2> parts{};
  std::size_t part_count = 0;
  T expert_imbalance = T(1.0);
  basic_routing<T> routing{};
  T replicas = T(0.0);
  T uneven = T(0.0);
  T ahead = T(0.0);
};

/// `new_tokens` more prompt tokens of each of `sequences` after `context` cached tokens, none of
/// these negative; imbalance [1] from 1.
///   prefill_step(2.0, 100.0, 0.0, 1.0): one part, 2 sequences of 100 new tokens
///   (tests/static/worked_numbers.cpp)
template <class T>
[[nodiscard]] constexpr basic_step<T> prefill_step(T sequences, T new_tokens, T context,
                                                   T expert_imbalance,
                                                   const basic_routing<T>& routing = {}) noexcept {
  return {
      {step_part<T>{phase::prefill, sequences, new_tokens, context}}, 1, expert_imbalance, routing};
}

/// One more token of each of `sequences` after `context` cached tokens, neither negative;
/// imbalance [1] from 1.
///   decode_step(64.0, 2048.0, 1.0): one part, 1 new token after 2048 cached ones
///   (tests/static/worked_numbers.cpp)
template <class T>
[[nodiscard]] constexpr basic_step<T> decode_step(T sequences, T context, T expert_imbalance,
                                                  const basic_routing<T>& routing = {}) noexcept {
  return {{step_part<T>{phase::decode, sequences, T(1.0), context}}, 1, expert_imbalance, routing};
}

/// Both at once, of two steps of one part each; routing is the prompts'. Source: Sarathi-Serve,
/// arXiv 2403.02310 (stall-free batches).
///   mixed_step(prefill_step(...), decode_step(...)): 2 parts   (tests/work/step.cpp)
template <class T>
[[nodiscard]] constexpr basic_step<T> mixed_step(const basic_step<T>& prefill,
                                                 const basic_step<T>& decode) noexcept {
  return {{prefill.parts[0], decode.parts[0]}, 2, prefill.expert_imbalance, prefill.routing};
}

/// Which rank of a stage: 0 everywhere is the heaviest, since remainders go to the first ranks.
struct rank_coordinates {
  integer tp = 0;
  integer etp = 0;
  integer ep = 0;
};

/// A step as the heaviest rank of a layout sees it.
///   parts          the same, with the sequences of one dp rank: ceil(sequences / dp)
///   tokens         new tokens this rank computes; a prompt's are split over cp
///   own_tokens     of those, its part of each token counted once over the cp ranks
///   logit_rows     tokens that the next one is wanted of: a prompt's last, all of a decode step
///   group_tokens   new tokens of the whole expert group, of which there are edp
///   uneven, ahead  basic_step's
///   part_count     1 or 2
///   expert_imbalance, routing   the step's
template <class T>
struct rank_step {
  std::array<step_part<T>, 2> parts{};
  std::size_t part_count = 0;
  T tokens = T(0.0);
  T own_tokens = T(0.0);
  T logit_rows = T(0.0);
  T group_tokens = T(0.0);
  T expert_imbalance = T(1.0);
  basic_routing<T> routing{};
  T uneven = T(0.0);
  T ahead = T(0.0);
};

/// A step of the whole deployment, as its fullest rank has it, in sequences and tokens:
/// sequences = ceil(sequences / dp), tokens = sequences ceil(new_tokens / cp) of a prompt, the
/// expert group's = ceil(sequences / min(dp, edp)) new_tokens, times dp / edp where edp > dp.
/// Replicas and groups share whole sequences out one by one, cp ranks the tokens of a prompt.
///   10 sequences that decode, dp 4: 3 of them, 3 tokens   (tests/work/step.cpp)
template <class T>
[[nodiscard]] constexpr rank_step<T> rank_step_of(const basic_step<T>& s,
                                                  const layout& l) noexcept {
  const auto dp = static_cast<double>(l.attention.dp);
  const auto edp = static_cast<double>(l.expert.edp);
  // Expert groups share out whole sequences first, and tokens of one sequence beyond that (cp).
  const bool by_group = edp < dp;
  const double groups = by_group ? edp : dp;
  const T split = T(by_group ? 1.0 : edp / dp);
  const T cp = real<T>(l.attention.cp);
  const bool evenly = largest_of(s.replicas) > 0.0;
  const auto shares = [&](const T& of_part, double places) {
    return evenly ? of_part / min(T(places), s.replicas) : round_up(of_part / T(places));
  };
  rank_step<T> local;
  local.part_count = s.part_count;
  local.expert_imbalance = s.expert_imbalance;
  local.routing = s.routing;
  local.uneven = s.uneven;
  local.ahead = s.ahead;
  for (std::size_t i = 0; i < s.part_count; ++i) {
    const step_part<T>& part = s.parts[i];
    const bool shared_out = part.phase == phase::prefill || l.attention.cp == 1;
    const T sequences = shares(part.sequences, dp);
    const T own = evenly ? part.new_tokens / cp : round_up(part.new_tokens / cp);
    const T whole = evenly ? part.new_tokens : round_up(part.new_tokens);
    const T all = shared_out ? own : whole;
    const T grouped = by_group ? shares(part.sequences, groups) : sequences;
    local.parts[i] = {part.phase, sequences, part.new_tokens, part.context};
    local.tokens = local.tokens + sequences * all;
    local.own_tokens = local.own_tokens + sequences * own;
    const T wanted = part.phase == phase::prefill ? T(1.0) : part.new_tokens;
    local.logit_rows = local.logit_rows + sequences * wanted;
    const T of_group = grouped * part.new_tokens / split;
    local.group_tokens = local.group_tokens + (evenly ? of_group : round_up(of_group));
  }
  return local;
}

/// What the size of an operator follows in a step, as its rank sees it.
///   tokens            new tokens that the rank computes
///   logit_rows        tokens that the next one is wanted of
///   group_tokens      new tokens of the whole expert group
///   expanded_tokens   of latent caches that are expanded: a prompt's cached and new ones, the new
///                     ones of a decode step
///   prompt_tokens     new tokens of prompts, cp ranks not counted apart
///   prompt_context    cached tokens of prompts
///   decode_tokens     new tokens of decoding sequences
enum class step_extent : unsigned char {
  tokens,
  logit_rows,
  group_tokens,
  expanded_tokens,
  prompt_tokens,
  prompt_context,
  decode_tokens
};
inline constexpr std::size_t extent_count = 7;

/// Whether an operator of this extent only runs where the step has a part of this phase:
/// prompt_tokens and prompt_context of prefill, decode_tokens of decode.
///   true of 3 of the 7 extents in one phase each   (tests/work/step.cpp)
[[nodiscard]] constexpr bool belongs_to(step_extent e, phase p) noexcept {
  const bool prompts = e == step_extent::prompt_tokens || e == step_extent::prompt_context;
  return p == phase::prefill ? prompts : e == step_extent::decode_tokens;
}

/// The part of a step in this phase, of which there is one at most; none: nullptr.
///   of 3 decoding sequences: part_in(s, phase::decode)->sequences = 3, none in prefill
///   (tests/work/step.cpp)
template <class T>
[[nodiscard]] constexpr const step_part<T>* part_in(const rank_step<T>& s, phase p) noexcept {
  for (std::size_t i = 0; i < s.part_count; ++i) {
    if (s.parts[i].phase == p) return &s.parts[i];
  }
  return nullptr;
}

/// All extents of a step, in the order of step_extent, in tokens or rows; 0 of what belongs to a
/// part that the step does not have.
///   3 sequences that decode: 3, 3, 3, 3, 0, 0, 3   (tests/work/step.cpp)
template <class T>
[[nodiscard]] constexpr std::array<T, extent_count> extents_of(const rank_step<T>& s) noexcept {
  const T none(0.0);
  std::array<T, extent_count> x{s.tokens, s.logit_rows, s.group_tokens, none, none, none, none};
  for (std::size_t i = 0; i < s.part_count; ++i) {
    const step_part<T>& part = s.parts[i];
    const T tokens = part.sequences * part.new_tokens;
    if (part.phase == phase::prefill) {
      x[3] = x[3] + part.sequences * (part.context + part.new_tokens);
      x[4] = tokens;
      x[5] = part.sequences * part.context;
    } else {
      x[3] = x[3] + tokens;
      x[6] = tokens;
    }
  }
  return x;
}

/// How many tokens or rows of one extent there are in a step: extents_of(s)[e].
///   64 sequences that decode on one rank: 64 tokens, 64 logit rows, no prompt tokens
///   (tests/static/worked_numbers.cpp)
template <class T>
[[nodiscard]] constexpr T extent_of(const rank_step<T>& s, step_extent e) noexcept {
  return extents_of(s)[static_cast<std::size_t>(e)];
}

namespace detail {

// The larger half of a part: of its sequences or, of a lone one, of its new tokens, which see the
// context of both halves on average.
template <class T>
constexpr step_part<T> larger_half(const step_part<T>& p) noexcept {
  const T half(0.5);
  const auto several = T(1.0) < p.sequences;
  const T new_tokens = select(several, p.new_tokens, round_up(p.new_tokens * half));
  return {p.phase, select(several, round_up(p.sequences * half), p.sequences), new_tokens,
          p.context + (p.new_tokens - new_tokens) * half};
}

}  // namespace detail

/// The larger half of a rank's step, split by sequences or, where there is one, by its tokens: each
/// count = ceil(count / 2). What is a single token stays one.
///   of 3 sequences that decode: 2, with 2 tokens   (tests/work/step.cpp)
template <class T>
[[nodiscard]] constexpr rank_step<T> larger_half(const rank_step<T>& s) noexcept {
  const T half(0.5);
  rank_step<T> h = s;
  for (std::size_t i = 0; i < s.part_count; ++i) h.parts[i] = detail::larger_half(s.parts[i]);
  h.tokens = round_up(s.tokens * half);
  h.own_tokens = round_up(s.own_tokens * half);
  h.logit_rows = round_up(s.logit_rows * half);
  h.group_tokens = round_up(s.group_tokens * half);
  return h;
}

}  // namespace shardline
