// SPDX-License-Identifier: BSL-1.0
/// What a serving engine does with a GPU's memory beside the model: its budget rule, what it
/// reserves, how it pads and pages. Engines are named sets of constants, every one overridable.
#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "shardline/base/integer.hpp"
#include "shardline/base/precision.hpp"
#include "shardline/base/units.hpp"

namespace shardline {

/// Pipeline stages that an engine's connector sends a prompt's cache between, from a pool that
/// reads prompts to one that decodes.
///   any          of any number to any
///   same_or_one  to as many, or to one
///   one          neither pool has more than one
enum class staged_caches : unsigned char { any, same_or_one, one };

/// Whether such a connector sends caches from this many pipeline stages to that many.
///   staged_caches::same_or_one from 2: to 2 and 1, not to 4   (tests/plan/pools.cpp)
[[nodiscard]] constexpr bool stages_connect(staged_caches stages, integer prefill,
                                            integer decode) noexcept {
  switch (stages) {
    case staged_caches::any:
      return true;
    case staged_caches::same_or_one:
      return decode == 1 || decode == prefill;
    case staged_caches::one:
      return decode == 1 && prefill == 1;
  }
  return false;
}

/// The engine fills `share` of the GPU's memory, all it holds included (vLLM
/// --gpu-memory-utilization: KV = share memory - weights - activation peak - non-torch).
///   graphs_inside   CUDA graphs are part of that share; else they come on top (vLLM before 0.21)
template <class T = double>
struct fraction_of_total {
  T share = T(1.0);
  bool graphs_inside = false;
};

/// The KV cache takes `share` of what weights and activations leave free
/// (TensorRT-LLM free_gpu_memory_fraction).
template <class T = double>
struct fraction_of_free {
  T share = T(1.0);
};

/// Weights and KV cache take `share` of the memory that is free once the engine has started, which
/// is all but its reserve; activations and graphs must do with the rest (SGLang
/// --mem-fraction-static).
template <class T = double>
struct static_fraction {
  T share = T(1.0);
};

/// The same with a share that the engine works out before it starts, for want of one: of memory M
///   share = (M - reserved) / M, to three decimals, at most `share`
///   reserved = base + per_token max(step_tokens, least_tokens) + per_gpu GPUs of the engine
///              + per_sequence g + per_replica_sequence dp g (where dp > 1)
///              + per_replica_sequence_above dp g (where besides g > many_sequences)
///   and at least `least` where M > least_from; g: sequences of the largest captured decode step
template <class T = double>
struct derived_static {
  T share = T(1.0);
  bytes<T> base{};
  bytes<T> per_token{};
  T least_tokens = T(0.0);
  bytes<T> per_gpu{};
  bytes<T> per_sequence{};
  bytes<T> per_replica_sequence{};
  bytes<T> per_replica_sequence_above{};
  T many_sequences = T(0.0);
  bytes<T> least{};
  bytes<T> least_from{};
};

/// How an engine decides what the KV cache may take. Each rule is a type.
template <class T = double>
using budget_rule =
    std::variant<fraction_of_total<T>, fraction_of_free<T>, static_fraction<T>, derived_static<T>>;

/// Sequences of the largest decode step that CUDA graphs are captured for, by the ranks of a stage.
///   below_four, from_four   on stages of fewer than four ranks, and on the others
template <class T = double>
struct captured_sequences {
  T below_four = T(0.0);
  T from_four = T(0.0);

  /// Sequences on so many ranks of a stage, 1 or more.
  [[nodiscard]] constexpr const T& on(integer ranks) const noexcept {
    return ranks < 4 ? below_four : from_four;
  }
};

/// What shards are rounded up to.
///   vocabulary   rows of embedding and head, before tp splits them
///   mxfp4_width  an expert's inner width in MXFP4, on each etp rank
///   mxfp4_hidden   what such an expert reads and writes
///   segment        bytes in whole multiples of which the allocator takes memory for a tensor of
///                  five or more of them, where the engine goes by what the driver shows as free;
///                  1: it goes by what is allocated
struct shard_padding {
  integer vocabulary = 1;
  integer mxfp4_width = 1;
  integer mxfp4_hidden = 1;
  integer segment = 1;

  /// Bytes that a tensor of so many takes of the GPU: smaller ones share segments.
  ///   {.segment = 2 MiB}: 13,107,200 B take 14,680,064   (tests/static/worked_numbers.cpp)
  [[nodiscard]] constexpr double held(double bytes) const noexcept {
    return segment == 1 ? bytes : in_segments(bytes);
  }
  friend constexpr bool operator==(const shard_padding&, const shard_padding&) noexcept = default;

 private:
  // Apart, as few engines ask for it.
  [[nodiscard]] constexpr double in_segments(double bytes) const noexcept {
    constexpr integer least = 5;
    if (bytes < static_cast<double>(least * segment)) return bytes;
    return static_cast<double>(ceil_div(static_cast<integer>(bytes), segment) * segment);
  }
};

/// What carries tokens to the ranks of their experts and back, where the layout sends them there
/// alone (expert_dispatch::all_to_all): fabric/all_to_all.hpp.
///   pairwise       the library's all-to-all, a copy for each rank (NCCL; vLLM's pplx)
///   hierarchical   a copy for each domain, passed on inside it (DeepEP's normal kernels)
///   low_latency    a copy for each expert, by a kernel that waits for no counts (DeepEP)
///   fastest        whichever of these is
enum class expert_exchange : unsigned char { pairwise, hierarchical, low_latency, fastest };

/// The name of a way to exchange tokens, as the option `--exchange` and JSON spell it: "pairwise",
/// "hierarchical", "low-latency" or "fastest".
///   name(expert_exchange::low_latency) = "low-latency", the third of 4
///   (tests/describe/engine.cpp)
[[nodiscard]] constexpr std::string_view name(expert_exchange e) noexcept {
  switch (e) {
    case expert_exchange::pairwise:
      return "pairwise";
    case expert_exchange::hierarchical:
      return "hierarchical";
    case expert_exchange::low_latency:
      return "low-latency";
    case expert_exchange::fastest:
      return "fastest";
  }
  return "pairwise";
}

/// How an engine runs layers with experts.
///   exchange            what carries tokens to their experts' ranks
///   dispatch, combine   precision of tokens on the way there, and of results on the way back
///                       (none: that of the model's activations)
///   overlap_shared      shared experts are computed while tokens are under way to the routed ones
struct expert_execution {
  expert_exchange exchange = expert_exchange::pairwise;
  std::optional<precision> dispatch{};
  std::optional<precision> combine{};
  bool overlap_shared = false;
  friend constexpr bool operator==(const expert_execution&,
                                   const expert_execution&) noexcept = default;
};

/// Bytes of a value on the way to another rank: element_bytes(p), and for types of 8 bits and fewer
/// a scale of 32 bits for 128 values (DeepEP, low_latency_dispatch() with use_fp8).
///   wire_bytes(precision::fp8) = 1.03125
///   (tests/static/worked_numbers.cpp)
[[nodiscard]] constexpr double wire_bytes(precision p) noexcept {
  return element_bytes(p) + (bits(p) <= 8 ? 4.0 / 128.0 : 0.0);
}

/// How an engine shares the steps of a replica out between prompts and decoding sequences.
///   chunked         every sequence with a first token gains the next in every step; what its token
///                   budget leaves is filled with parts of prompts, in the order of their coming
///                   (vLLM, TensorRT-LLM)
///   prompts_first   a step has prompts alone while any wait, parts of them too, and the others
///                   stand still meanwhile (SGLang)
///   whole_prompts   the same, and no prompt is cut: one at least, others as far as the budget goes
enum class scheduler : unsigned char { chunked, prompts_first, whole_prompts };

/// The name of a scheduler, as options and JSON spell it: "chunked", "prompts-first" or
/// "whole-prompts".
///   name(scheduler::prompts_first) = "prompts-first", the second of 3
///   (tests/describe/engine.cpp)
[[nodiscard]] constexpr std::string_view name(scheduler s) noexcept {
  switch (s) {
    case scheduler::chunked:
      return "chunked";
    case scheduler::prompts_first:
      return "prompts-first";
    case scheduler::whole_prompts:
      return "whole-prompts";
  }
  return "chunked";
}

/// What an engine has DeepEP register for the exchange of tokens: prepare/exchange_buffers.hpp.
///   inside, across   for ranks of a domain, and beyond it
///   value_bytes      of a value in what its normal kernels are given as DeepEP itself sizes it,
///                    beside those; 0: nothing
///   tokens           of a rank in a step of low latency, at most
struct exchange_buffers {
  bytes<> inside{};
  bytes<> across{};
  integer value_bytes = 0;
  integer tokens = 0;
};

/// What the serving engine itself takes of each GPU's memory, and how it runs a step. The default
/// withholds nothing and keeps 1 GiB, for any engine: vLLM 0.11's start-up logs show 0.54 GiB
/// outside the allocator at tp 2 and up to 0.39 GiB of graphs (llm-d-benchmark,
/// empirical-vllm-memory-results.md).
///   budget          what the KV cache may take
///   reserve         driver context, libraries, allocator slack
///   communicators   NCCL and the like, held once a GPU has peers in its layout
///   cuda_graphs     captured graphs
///   page_tokens     tokens per KV-cache page; a sequence holds whole pages
///   step_tokens     new tokens per replica of the step that activations are reserved for; 0: of
///                   the workload's fullest step
///   shared_step     step_tokens are those of all attention replicas together
///   step_sequences  sequences per replica that this step samples for, one per token at most;
///                   0: the workload's
///   captured        what derived_static reserves room for
///   schedule        how prompts and decoding sequences share a step
///   logit_bytes     workspace of the sampler per logit; 0: none beyond the logits themselves
///   padding         what shards are rounded up to
///   reserved_output   share of an output for which room in the cache is set aside when its prompt
///                   is taken up, in [0, 1]. 1: none gives its room up again. Below, sequences are
///                   taken up that fit for now, and where the cache is full the last to have come
///                   gives up its own, waits between two of its tokens and is read again
///                   (preemption)
///   receive_interval   decoding steps from one look for new requests to the next, which a step
///                   with prompts brings on at once (SGLang --scheduler-recv-interval)
///   experts         how layers with experts run
///   buffers         what is registered to exchange their tokens
///   two_batch_overlap   a step is split into two halves, each of which communicates while the
///                       other computes (SGLang's two-batch, vLLM's dual-batch overlap):
///                       time/step_time.hpp
template <class T = double>
struct basic_runtime {
  budget_rule<T> budget{};
  bytes<T> reserve = bytes<T>::from_value(T(1073741824.0));
  bytes<T> communicators{};
  bytes<T> cuda_graphs{};
  integer page_tokens = 16;
  T step_tokens = T(0.0);
  bool shared_step = false;
  T step_sequences = T(0.0);
  captured_sequences<T> captured{};
  scheduler schedule = scheduler::chunked;
  T logit_bytes = T(0.0);
  shard_padding padding{};
  T reserved_output = T(1.0);
  T receive_interval = T(1.0);
  expert_execution experts{};
  exchange_buffers buffers{};
  bool two_batch_overlap = false;
};
using runtime = basic_runtime<>;

/// Sets the share [1] of the engine's own budget rule, from 1e-6 to 1 (check() refuses others), as
/// vLLM's --gpu-memory-utilization, TensorRT-LLM's free_gpu_memory_fraction and SGLang's
/// --mem-fraction-static do; an engine that works it out (derived_static) is given it then.
///   set_share(r, 0.8) of SGLang: static_fraction{0.8}   (tests/describe/engine.cpp)
template <class T>
constexpr void set_share(basic_runtime<T>& r, const T& share) noexcept {
  if (std::holds_alternative<derived_static<T>>(r.budget)) {
    r.budget = static_fraction<T>{share};
  } else {
    std::visit([&share](auto& rule) { rule.share = share; }, r.budget);
  }
}

}  // namespace shardline
