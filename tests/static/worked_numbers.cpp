// SPDX-License-Identifier: BSL-1.0
// Numbers that comments of small functions state.
#include "shardline/base/dual.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/describe/routing.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/fabric/collectives.hpp"
#include "shardline/fabric/placement.hpp"
#include "shardline/memory/memory.hpp"
#include "shardline/model/parameters.hpp"
#include "shardline/model/segments.hpp"
#include "shardline/prepare/batching.hpp"
#include "shardline/work/shapes.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

static_assert(range_of(field::tp).lowest == 1.0 && range_of(field::tp).highest == 1e6);
static_assert(bits(precision::fp8) == 8 && bits(precision::fp4) == 4);
static_assert(name(precision::bf16) == "bf16");
static_assert(min(2_s, 3_s) == 2_s && max(2_s, 3_s) == 3_s);
static_assert(power_law_routing(1.2).exponent == 1.2);
static_assert(place({16, 1}, 8).local == 8 && place({16, 1}, 8).domains == 2);
static_assert(place({8, 8}, 8).local == 1 && place({8, 8}, 8).domains == 8);
static_assert(
    prepared_of({.experts = 256, .experts_per_token = 8, .ep = 32, .local = 8}).of_token == 0.25);

static_assert(value_of(2.5) == 2.5 && largest_of(2.5) == 2.5);
static_assert(min(2.0, 3.0) == 2.0 && max(2.0, 3.0) == 3.0 && select(2 < 3, 4.0, 5.0) == 4.0);
static_assert(select(2 < 3, 4_s, 5_s) == 4_s && cast<dual<1>>(2_s).value().value == 2.0);
static_assert(largest_of(dual<1>::input(2.5, 0)) == 2.5 && endless<double>() > 1e308);
static_assert(real<double>(7) == 7.0);
static_assert(is_finite(1e308) && !is_finite(endless<double>()));
static_assert(ceil_div(61, 4) == 16 && is_divisor(8, 64) && !is_divisor(3, 64));
static_assert(items_in_part(61, 4, 0) == 16 && items_in_part(61, 4, 3) == 15);
static_assert(part_of(61, 4, 1) == item_range{16, 15});
static_assert(saturating_product(3, 4) == 12);
static_assert(saturating_product(integer{1} << 62, 4) == 9223372036854775807);
static_assert(saturating_sum(3, 4) == 7 && saturating_sum(3, -4) == -1);

static_assert(value_of(dual<1>::input(2.5, 0)) == 2.5);
static_assert(round_up(dual<1>::input(2.1, 0)).value == 3.0);
static_assert(round_up(dual<1>::input(2.1, 0)).slope[0] == 0.0);

constexpr integer stage_of_61(stage_remainder r, integer stage) {
  layout l{.pp = 4};
  l.stages.remainder = r;
  return layers_of_stage(l, 61, stage).number;
}
static_assert(stage_of_61(stage_remainder::first, 0) == 16);
static_assert(stage_of_61(stage_remainder::before_last, 2) == 16);
static_assert(stage_of_61(stage_remainder::last, 3) == 16);
static_assert(stage_of_61(stage_remainder::last, 0) == 15);
static_assert(replicas_per_expert_group({.attention = {1, 1, 8}, .expert = {1, 4, 2}}) == 4);
static_assert(replicas_per_expert_group({.attention = {1, 1, 8}, .expert = {1, 1, 8}}) == 1);
static_assert(dispatch_matters({.attention = {1, 1, 8}, .expert = {1, 8, 1}}));
static_assert(!dispatch_matters({.attention = {1, 1, 8}, .expert = {1, 1, 8}}));

static_assert(segment::is_half(segment::first_mixing) && !segment::is_half(segment::head));
static_assert(segment::next(segment::first_mixing, 1) == segment::first_feed_forward &&
              segment::next(segment::first_feed_forward, 1) == segment::head);
constexpr integer halves(const segment_map& map) {
  integer n = 0;
  for (const auto present : map.present) n += present;
  return n;
}
static_assert(halves(segments_of(catalog::llama_3_1_8b)) == 2);
static_assert(segment::first_mixing == 1);

constexpr auto reading = prefill_step(2.0, 100.0, 0.0, 1.0);
static_assert(reading.part_count == 1 && reading.parts[0].sequences == 2.0);
static_assert(reading.parts[0].new_tokens == 100.0);
constexpr auto decoding = decode_step(64.0, 2048.0, 1.0);
static_assert(decoding.parts[0].new_tokens == 1.0 && decoding.parts[0].context == 2048.0);
constexpr auto of_rank = rank_step_of(decoding, layout{});
static_assert(extent_of(of_rank, step_extent::tokens) == 64.0);
static_assert(extent_of(of_rank, step_extent::logit_rows) == 64.0);
static_assert(extent_of(of_rank, step_extent::prompt_tokens) == 0.0);

constexpr workload prompts(double chunk, double hit) {
  workload w{.input = 1000_tokens};
  w.chunk = tokens<>::from_value(chunk);
  w.prefix_hit = hit;
  return w;
}
static_assert(computed_tokens(prompts(300.0, 0.5)) == 500.0);
static_assert(chunk_tokens(prompts(300.0, 0.0)) == 300.0);
static_assert(chunk_tokens(prompts(2000.0, 0.0)) == 1000.0);
static_assert(prefill_steps(prompts(300.0, 0.0)) == 4.0);
static_assert(most_batches({.pp = 4}) == 4 && most_batches({.pp = 1, .microbatches = 8}) == 1);
static_assert(most_batches({.pp = 4, .microbatches = 8}) == 8);

static_assert(uniform(formats::bf16)[weight_class::head].element == precision::bf16);
static_assert(wire_bytes(precision::fp8) == 1.03125);
static_assert(shard_padding{.segment = 2097152}.held(13107200.0) == 14680064.0);
static_assert(shard_padding{.segment = 2097152}.held(10485759.0) == 10485759.0);
static_assert(shard_padding{}.held(13107201.0) == 13107201.0);
static_assert(make_cluster(catalog::h100_sxm, 64).gpus_per_domain == 8);
constexpr auto under_shares =
    with_efficiency(make_cluster(catalog::h100_sxm, 64), constant{.mfu = 0.5});
static_assert(under_shares.gpus == 64 && under_shares.accelerator.efficiency.mfu == 0.5);
static_assert(with_efficiency(catalog::h100_sxm, constant{.mfu = 0.5}).efficiency.mfu == 0.5);
static_assert(with_engine(make_cluster(catalog::h100_sxm, 8), engines::vllm).runtime.page_tokens ==
              16);
constexpr std::array<double, 2> seen_loads{1.0, 3.0};
static_assert(observed_routing(std::span<const double>(seen_loads)).loads.size() == 2 &&
              observed_routing(std::span<const double>(seen_loads)).exponent == 0.0);
static_assert(make_cluster(catalog::h100_sxm, 64, 4).gpus_per_domain == 4);
static_assert(kv_bytes_per_token(catalog::llama_3_1_70b).value() == 327680.0);
static_assert(kv_bytes_per_token(catalog::deepseek_v3).value() == 70272.0);
static_assert(active_parameters(catalog::mixtral_8x7b) == 12879925248);
static_assert(state_bytes_per_sequence(catalog::llama_3_1_70b) == bytes<>{});
static_assert(experts_of(catalog::deepseek_v3).experts == 256);
static_assert(experts_of(catalog::deepseek_v3).experts_per_token == 8);
static_assert(has_experts(catalog::deepseek_v3) && !has_experts(catalog::llama_3_1_70b));

constexpr workload chat_load{.concurrency = 65, .input = 2048_tokens, .output = 512_tokens};
constexpr layout replicated{.attention = {1, 1, 8}, .expert = {1, 1, 8}, .dcp = 4};
static_assert(full_length(chat_load) == 2560.0);
static_assert(sequences_per_replica(replicated, chat_load) == 9.0);
static_assert(tokens_per_page(runtime{.page_tokens = 16}, replicated) == 64);

constexpr basic_link<> slow{10_GBps, 5_us};
constexpr double hand_over = send_recv_line(slow).time(1e7, 0.0);
static_assert(hand_over > 1.00499e-3 && hand_over < 1.00501e-3);
static_assert(all_reduce_time(slow, 1, 1_MB) == seconds<>{});

}  // namespace
