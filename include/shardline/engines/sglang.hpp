/// SGLang: its versions.
#pragma once

#include <array>

#include "shardline/engines/engine.hpp"
#include "shardline/engines/vllm.hpp"

namespace shardline::engines {

/// SGLang 0.5.
///   budget          0.88 static (server_args.py derives 0.85 to 0.9 on 80 GB)
///   reserve         0.5 GiB of context and libraries: an assumption, no log at hand
///   communicators   0.41 GiB, as vLLM's
///   cuda_graphs     0.93 GiB: a start-up log of QwQ-32B at tp 4
///   page_tokens     1 (page_size)
///   step            8192 tokens (chunked_prefill_size on 80 GB), 256 sequences
///                   (cuda_graph_max_bs)
///   logit_bytes     6: logits in bf16 and fp32
///   padding         vocabulary to 64, as in vLLM, whose layer it is
///   queued_share    vLLM's: it retracts sequences likewise (schedule_batch.py, retract_decode)
///   kernels, host   not measured: vLLM's
inline constexpr engine_version sglang_0_5{
    .engine = "sglang",
    .name = "sglang-0.5",
    .runtime = {.budget = static_fraction<>{0.88},
                .reserve = detail::gib(0.5),
                .communicators = detail::gib(0.41),
                .cuda_graphs = detail::gib(0.93),
                .page_tokens = 1,
                .step_tokens = 8192.0,
                .step_sequences = 256.0,
                .logit_bytes = 6.0,
                .padding = {64, 1},
                .queued_share = 0.25},
    .memory_of = {"sglang-0.5", "defaults of its sources, a start-up log of QwQ-32B"},
    .kernels = vllm_0_18.kernels,
    .kernels_of = vllm_0_18.kernels_of};

inline constexpr const engine_version& sglang = sglang_0_5;
inline constexpr std::array sglang_versions{&sglang_0_5};

}  // namespace shardline::engines
