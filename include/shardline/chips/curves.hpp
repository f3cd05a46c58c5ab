/// What the curves of several chips have in common, and how all of them were fitted, in November
/// 2026; `bench_calibrate <folder of measurements>` fits them anew and prints them in this form.
///
/// Curves by chip and engine, chips/<chip>_<engine>.hpp and chips/<chip>_collectives.hpp:
/// Fitted in November 2026 to aiconfigurator's tables of H100, H200, B200, L40S and RTX PRO 6000
/// (commit 095f58a5; vLLM 0.19 and 0.22, SGLang 0.5.9 and 0.5.10, TensorRT-LLM 1.3.0rc10 and rc15,
/// NCCL 2.27 and 2.29), 110 rows of each table, version, format and kernel, log error with a robust
/// loss. The note behind each is its rows and mean error in the fit; bench/accuracy/README.md has
/// the errors cross-validated. Those named below are of an earlier and larger sample of A100 and H100: an A100
/// still runs on them, and tests have them as worked numbers.
///
/// Matrix multiplication, fitted/gemm.hpp:
/// Fitted in November 2026 to NVIDIA aiconfigurator's gemm_perf tables (commit 095f58a5: a100_sxm
/// vllm/0.14.0; h100_sxm vllm and trtllm), 2,419 shapes in CUDA graphs, log error with a robust
/// loss. Errors are mean absolute ones, cross-validated five-fold over shapes (n, k), as
/// bench_accuracy prints them.
///
/// Attention, fitted/attention/attention.hpp:
/// All were fitted to kernel timings of github.com/ai-dynamo/aiconfigurator, commit 095f58a5, under
/// systems/data/, in the files named below; fit date 2026-11. "CV" is the mean absolute error in
/// per cent, cross-validated in 5 folds by head configuration (latent: by head count). They were
/// timed in loops over the same buffers (`looped`). Wide: keys and values in bf16; narrow: in fp8.
/// The form was chosen on all rows, so expect more of kernels not seen: carried from one of these
/// accelerators, and so from one generation of kernels, to the other, sets were off by 13 to 47.
/// For another accelerator take the set of the same generation of kernels: A100 sets are of
/// FlashAttention-2 and its like, H100 sets of FlashAttention-3 and its like.
/// A decode step's queries are padded to 16 rows, those of a matrix instruction, and not to the 64
/// of the fit: on H100 and A100 either way the memory is waited for, but with 64 an H20, of a
/// seventh of the arithmetic, would wait for products (a whole run there was 36 % too slow).
///
/// Routed experts, fitted/experts.hpp:
/// Fitted 2026-11 on log errors with a robust loss to measurements of NVIDIA's aiconfigurator
/// (github.com/ai-dynamo/aiconfigurator, commit 095f58a51, systems/data/, files named below): one
/// rank's layer of 6 models' experts, 1 to 16384 tokens, tp 1 to 8, ep 1 to 32, in loops of CUDA
/// graphs. Rows and experts hit: balanced routing, or a power law of exponent 1.2 in closed form;
/// to fit A100 and TensorRT-LLM on several ranks it was simulated, as their version is taken to
/// draw. Errors are means of |predicted / measured - 1|, the power law in closed form, leaving out
/// one model's experts at a time; those of pooled curves leave nothing out. They are a little too
/// good: tiles and the form were chosen with all models in sight.
///
/// Collectives and expert exchange, fitted/fabric/collectives.hpp and fitted/fabric/expert_exchange.hpp:
/// Inside a domain, to 1739 rows, errors as mean |predicted / measured - 1| when cross-validated
/// over kinds x GPUs x files: 7.3 % above 64 KiB, 7.5 % below; 10.4 and 11.2 % with the 115 rows
/// that were set aside as noise. A100 to H100 blind: 18 % (launches scaled by the clocks).
///   [aic]     github.com/ai-dynamo/aiconfigurator, commit 095f58a51, systems/data/<name>/comm:
///             nccl/2.27.3/nccl_perf, vllm/0.14.0 (A100) and 0.19.0 (H100), trtllm/1.0.0 (A100) and
///             1.3.0rc10 (H100) custom_allreduce_perf, sglang/0.5.12 and 0.5.6.post2
///             wideep_deepep_normal_perf, wideep_deepep_ll_perf
///   [apex]    github.com/microsoft/apex_plus, commit 87690965, profile/comm/H100-SXM-80GB
///   [vidur]   github.com/microsoft/vidur, commit 7d475133, data/profiling/network
///   [stas]    github.com/stas00/ml-engineering, commit 744d01e1, network/README.md (H200)
/// Shares and times of a hop carry over to other accelerators; launches (launch, start_bulk, fill,
/// engine_launch) halved from A100 to H100, which no data sheet figure tells.
/// Between domains the fabric is the cluster's link, its rate and latency; the library adds 7 us to
/// a step and, where two ranks are alone, reaches 0.72 of the rate: [vidur]'s send-recv between two
/// H100 nodes of 400 Gb/s ports, 15 rows, 6.0 % in sample with the catalog's latency of 5 us, and
/// as it is 15 % for the 15 of two A100 nodes of 100 Gb/s ports. Collectives of many ranks are
/// taken to reach the 0.9 that expert exchange reached on such ports ([aic]); their rows between
/// nodes ([vidur], all-reduce, 60) are of one cloud alone, which reached half of its rate and was
/// 1.3 to 2.6 times as slow as this says. Not fitted for want of figures: tree_share, network_peer,
/// network_phase. NCCL has no hierarchical collectives: with them, two nodes came out 55 to 73 %
/// too fast. Calls outside CUDA graphs take 1.464 us more ([apex]).
///
/// Vector kernels, fitted/elementwise.hpp:
/// Fitted in November 2026 to Vidur's profiles (microsoft/vidur 7d475133, data/profiling/compute;
/// eager PyTorch and vLLM kernels of 2023), 1,392 rows rounded to 1 us, of A100, H100 and A40: one
/// set for all, the rates those of a multiprocessor and a clock cycle. 15.3 % cross-validated over
/// kinds and widths (in sample A100 10.8, H100 18.5; where a kernel takes 10 us or more, 12.0); one
/// accelerator left out: A100 16.0, H100 21.2.
#pragma once

#include "shardline/curves/fitted.hpp"

namespace shardline::catalog::curves {

using namespace shardline::literals;

/// Splitting the inner dimension is not what this kernel does.
inline constexpr seconds<> never_split = 500_us;

/// Of experts, one pair for all: share of the memory rate, and seconds per byte of a block's way.
inline constexpr double shared_expert_bandwidth = 0.88;
inline constexpr double shared_expert_walk = 2e-9;

/// Launches of the kernels around experts in MXFP4 on Hopper, Triton's: 21 us in a step (gpt-oss-120b
/// under vLLM on H100 and H200, 75 rows), of the 70 us of a benchmark that launches its routing from
/// the host.
inline constexpr seconds<> triton_launches = 21_us;

/// NCCL 2.27 on A100 with NVSwitch, no engine: [aic], [vidur]. Cross-validated 7 and 8 % ([aic]),
/// 17 and 20 % ([vidur]), above and below 64 KiB.
inline constexpr collective_curve<> nccl_on_nvlink{.launch = 9.624_us,
                                                   .hop = 0.785_us,
                                                   .hop_line = 0.9283_us,
                                                   .hop_bulk = 0.8169_us,
                                                   .start_line = 0.257_us,
                                                   .start_bulk = 12.99_us,
                                                   .fill = 7.985_us,
                                                   .peer = 0.362_us,
                                                   .pair = 2.306_us,
                                                   .flag_share = 0.05109,
                                                   .line_share = 0.3924,
                                                   .bulk_share = 0.7604,
                                                   .peer_share = 0.01313,
                                                   .copy_share = 0.5607,
                                                   .own_scatter = 0.7144,
                                                   .own_exchange = 0.6451,
                                                   .own_flag = 1.212,
                                                   .incast = 0.07388,
                                                   .network_share = 0.9,
                                                   .exchange_share = 0.9,
                                                   .pair_share = 0.72,
                                                   .tree_share = 0.8,
                                                   .network_hop = 7_us,
                                                   .network_peer = 0.5_us,
                                                   .network_phase = 15_us};

namespace detail {

constexpr collective_curve<> with_engine(collective_curve<> c, const seconds<>& launch,
                                         const seconds<>& barrier, const bytes<>& most) noexcept {
  c.engine_most = most;
  c.engine_launch = launch;
  c.engine_rank = 0.1095_us;
  c.engine_barrier = barrier;
  c.engine_second = 7.741_us;
  c.one_shot_share = 0.6045;
  c.two_shot_share = 0.712;
  return c;
}

// The one set at so many clock cycles a second.
constexpr elementwise_curve<> vectors_at(double clock) noexcept {
  return {.launch = 2.01_us,
          .walk = seconds<>::from_value(4.44e-10),
          .bandwidth = 0.885,
          .norm = 1.0 / (4.96 * clock),
          .activation = 1.0 / (8.02 * clock),
          .rotary = 1.0 / (6.75 * clock),
          .lookup = 1.0 / (2.22 * clock)};
}

// Curves of a cache's formats: 16 bits and wider, and narrower.
template <class Curve>
constexpr by_format<Curve> by_cache(const Curve& wide, const Curve& narrow) noexcept {
  by_format<Curve> of;
  of.of.fill(narrow);
  of[kernel_format::wide] = wide;
  return of;
}

}  // namespace detail

}  // namespace shardline::catalog::curves
