// Attention kernels: op_attention_context.csv, op_attention_generation.csv, and the latent ones of
// op_mla.csv.
//
// Scored but not fitted to: decode steps of multi-head attention on A100, where the kernel does not
// split the cache; the catalog's curve does, so that more heads never take less time.
// Set apart, and not fitted to: decode steps that are faster than the memory could read their keys
// and values, though the last-level cache cannot hold them. All are TensorRT-LLM's, of grouped
// queries; what its benchmark reads there is not known, and a step of TensorRT-LLM takes vLLM's
// curves instead.
#include <memory>
#include <string>

#include "constants.hpp"
#include "families.hpp"
#include "policies.hpp"
#include "study.hpp"
#include "table.hpp"

namespace accuracy {

namespace {

namespace curves = shardline::catalog::curves;
using shardline::attention_core;
using shardline::count;
using shardline::phase;
using prefill = shardline::prefill_curve<>;
using decode = shardline::decode_curve<>;

struct attending {
  std::shared_ptr<const kernels> of{};
  attention_core<double> op{};
};

double of_prompt(const prefill& c, const attending& p) {
  auto& a = p.of->trial;
  a.efficiency.prefill.of.fill(c);
  a.efficiency.latent_prefill.of.fill(c);
  return time_of(a, p.op).total().value();
}
double of_decode(const decode& c, const attending& p) {
  auto& a = p.of->trial;
  a.efficiency.decode.of.fill(c);
  a.efficiency.latent_decode.of.fill(c);
  return time_of(a, p.op).total().value();
}

using prompts = study<prefill, attending>;
using steps = study<decode, attending>;

// Constants are named by what they are and by the curves that have them.
template <class Study, class Member>
void add(Study& s, const std::string& what, Member at, const indices& in, double start,
         double lowest, double highest) {
  const std::string name = what + " of " + s.names[in.front()] +
                           (in.size() > 1 ? " and " + std::to_string(in.size() - 1) + " more" : "");
  s.constants.push_back(shared(name, at, in, start, lowest, highest));
}
template <class Study, class Member>
void add_each(Study& s, const std::string& what, Member at, const indices& in, double start,
              double lowest, double highest) {
  for (const std::size_t i : in) add(s, what, at, {i}, start, lowest, highest);
}

// Shares are what the accelerator and its kernels reach; exponentials and launches are the
// engine's.
prompts vllm_prompts() {
  prompts s{
      {"prefill_a100_vllm", "prefill_h100_vllm", "prefill_h100_vllm_narrow"},
      {curves::prefill_a100_vllm, curves::prefill_h100_vllm, curves::prefill_h100_vllm_narrow},
      {},
      {},
      &of_prompt};
  add_each(s, "compute", &prefill::compute, {0, 1, 2}, 0.6, 0.05, 0.95);
  add(s, "softmax_values", &prefill::softmax_values, {0, 1, 2}, 50.0, 0.1, 400.0);
  add(s, "launch", &prefill::launch, {0, 1, 2}, 8.0, 0.5, 40.0);
  add(s, "block", &prefill::block, {1, 2}, 1.0, 0.0, 12.0);
  add(s, "tail", &prefill::tail, {0}, 0.3, 0.0, 1.5);
  add(s, "tail", &prefill::tail, {1, 2}, 0.3, 0.0, 1.5);
  add(s, "exposed", &prefill::exposed, {0}, 0.3, 0.0, 1.0);
  add(s, "passes", &prefill::passes, {0, 1}, 0.5, 0.0, 3.0);
  add(s, "passes", &prefill::passes, {2}, 0.5, 0.0, 3.0);
  return s;
}
prompts tensorrt_prompts() {
  prompts s{
      {"prefill_h100_trtllm", "prefill_h100_trtllm_narrow", "prefill_h100_trtllm_narrow_queries"},
      {curves::prefill_h100_trtllm, curves::prefill_h100_trtllm_narrow,
       curves::prefill_h100_trtllm_narrow_queries},
      {},
      {},
      &of_prompt};
  add_each(s, "compute", &prefill::compute, {0, 1, 2}, 0.6, 0.05, 0.95);
  add(s, "softmax_values", &prefill::softmax_values, {0, 1, 2}, 50.0, 0.1, 400.0);
  add_each(s, "launch", &prefill::launch, {0, 1, 2}, 8.0, 0.5, 40.0);
  add(s, "block", &prefill::block, {0, 1, 2}, 1.0, 0.0, 12.0);
  add(s, "tail", &prefill::tail, {0, 1, 2}, 0.3, 0.0, 1.5);
  add(s, "passes", &prefill::passes, {0}, 0.5, 0.0, 3.0);
  add(s, "passes", &prefill::passes, {1, 2}, 0.5, 0.0, 3.0);
  add(s, "window_padding", &prefill::window_padding, {0}, 200.0, 1.0, 1500.0);
  add(s, "window_padding", &prefill::window_padding, {1, 2}, 200.0, 1.0, 1500.0);
  return s;
}
// Heads of one size only: what exponentials cost does not show apart.
prompts latent_prompts() {
  prompts s{{"latent_prefill_a100_trtllm", "latent_prefill_a100_trtllm_narrow",
             "latent_prefill_h100_trtllm", "latent_prefill_h100_trtllm_narrow"},
            {curves::latent_prefill_a100_trtllm, curves::latent_prefill_a100_trtllm_narrow,
             curves::latent_prefill_h100_trtllm, curves::latent_prefill_h100_trtllm_narrow},
            {},
            {},
            &of_prompt};
  add_each(s, "compute", &prefill::compute, {0, 1, 2, 3}, 0.6, 0.05, 0.95);
  add(s, "launch", &prefill::launch, {0, 2}, 8.0, 0.5, 40.0);
  add(s, "launch", &prefill::launch, {1, 3}, 8.0, 0.5, 40.0);
  for (const indices& gpu : {indices{0, 1}, indices{2, 3}}) {
    add(s, "block", &prefill::block, gpu, 1.0, 0.0, 12.0);
    add(s, "tail", &prefill::tail, gpu, 0.3, 0.0, 1.5);
  }
  add(s, "exposed", &prefill::exposed, {0, 1}, 0.3, 0.0, 1.0);
  add(s, "passes", &prefill::passes, {0, 1, 2}, 0.5, 0.0, 3.0);
  add(s, "passes", &prefill::passes, {3}, 0.5, 0.0, 3.0);
  return s;
}

steps vllm_steps() {
  steps s{{"decode_a100_vllm", "decode_h100_vllm", "decode_h100_vllm_narrow"},
          {curves::decode_a100_vllm, curves::decode_h100_vllm, curves::decode_h100_vllm_narrow},
          {},
          {},
          &of_decode};
  add_each(s, "bandwidth", &decode::bandwidth, {0, 1, 2}, 0.85, 0.4, 0.95);
  add(s, "launch", &decode::launch, {0, 1, 2}, 8.0, 0.5, 40.0);
  for (const indices& gpu : {indices{0}, indices{1, 2}}) {
    add(s, "reduction", &decode::reduction, gpu, 3.0, 0.0, 20.0);
    add(s, "block", &decode::block, gpu, 1.0, 0.0, 12.0);
    add(s, "blocks", &decode::blocks, gpu, 1.0, 0.3, 40.0);
    add(s, "multiprocessor_share", &decode::multiprocessor_share, gpu, 2.0, 0.2, 8.0);
  }
  add(s, "exposed", &decode::exposed, {0}, 0.3, 0.0, 1.0);
  add(s, "window_padding", &decode::window_padding, {0, 1}, 200.0, 1.0, 1500.0);
  add(s, "window_padding", &decode::window_padding, {2}, 200.0, 1.0, 1500.0);
  add(s, "cache_speedup", &decode::cache_speedup, {1, 2}, 2.0, 1.0, 4.0);
  return s;
}
steps tensorrt_steps() {
  steps s{{"decode_h100_trtllm", "decode_h100_trtllm_narrow"},
          {curves::decode_h100_trtllm, curves::decode_h100_trtllm_narrow},
          {},
          {},
          &of_decode};
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    add(s, "bandwidth", &decode::bandwidth, {i}, 0.85, 0.4, 0.95);
    add(s, "launch", &decode::launch, {i}, 8.0, 0.5, 40.0);
    add(s, "reduction", &decode::reduction, {i}, 3.0, 0.0, 20.0);
    add(s, "block", &decode::block, {i}, 1.0, 0.0, 12.0);
    add(s, "blocks", &decode::blocks, {i}, 1.0, 0.3, 40.0);
    add(s, "splits", &decode::splits, {i}, 32.0, 1.0, 256.0);
    add(s, "multiprocessor_share", &decode::multiprocessor_share, {i}, 2.0, 0.2, 8.0);
  }
  add(s, "window_padding", &decode::window_padding, {1}, 200.0, 1.0, 1500.0);
  add(s, "cache_speedup", &decode::cache_speedup, {0, 1}, 2.0, 1.0, 4.0);
  return s;
}
// A100's kernel does not split the cache, H100's does.
steps latent_steps() {
  steps s{{"latent_decode_a100_trtllm", "latent_decode_a100_trtllm_narrow",
           "latent_decode_h100_trtllm", "latent_decode_h100_trtllm_narrow"},
          {curves::latent_decode_a100_trtllm, curves::latent_decode_a100_trtllm_narrow,
           curves::latent_decode_h100_trtllm, curves::latent_decode_h100_trtllm_narrow},
          {},
          {},
          &of_decode};
  add_each(s, "compute", &decode::compute, {0, 1}, 0.6, 0.05, 0.95);
  add_each(s, "bandwidth", &decode::bandwidth, {2, 3}, 0.85, 0.4, 0.95);
  add(s, "launch", &decode::launch, {0, 2}, 8.0, 0.5, 40.0);
  add(s, "launch", &decode::launch, {1, 3}, 8.0, 0.5, 40.0);
  add(s, "reduction", &decode::reduction, {2, 3}, 3.0, 0.0, 20.0);
  add(s, "block", &decode::block, {0, 1}, 1.0, 0.0, 12.0);
  add(s, "block", &decode::block, {2, 3}, 1.0, 0.0, 12.0);
  add(s, "blocks", &decode::blocks, {2, 3}, 1.0, 0.3, 40.0);
  add(s, "splits", &decode::splits, {2, 3}, 32.0, 1.0, 256.0);
  add(s, "multiprocessor_share", &decode::multiprocessor_share, {2, 3}, 2.0, 0.2, 8.0);
  add(s, "tail", &decode::tail, {0, 1}, 0.3, 0.0, 1.5);
  add(s, "exposed", &decode::exposed, {0, 1}, 0.3, 0.0, 1.0);
  add(s, "passes", &decode::passes, {0, 1, 2}, 0.5, 0.0, 3.0);
  add(s, "passes", &decode::passes, {3}, 0.5, 0.0, 3.0);
  add(s, "cache_speedup", &decode::cache_speedup, {2, 3}, 2.0, 1.0, 4.0);
  return s;
}

bool is_narrow(const std::string& dtype) { return dtype.starts_with("fp8"); }
double bytes_of(const std::string& dtype) { return is_narrow(dtype) ? 1.0 : 2.0; }

// The curve of a row within its study, and the one of the other accelerator.
struct place {
  std::size_t curve = 0;
  std::string like{};
};

place vllm_place(const kernels& k, bool narrow, const std::string& kind) {
  if (k.is_a100()) return {0, kind + "_h100_vllm"};
  return {narrow ? std::size_t{2} : std::size_t{1}, kind + "_a100_vllm"};
}
place tensorrt_place(bool narrow_queries, bool narrow, const std::string& kind) {
  return {narrow_queries ? std::size_t{2}
          : narrow       ? std::size_t{1}
                         : std::size_t{0},
          kind + "_a100_vllm"};
}
place latent_place(const kernels& k, bool narrow, const std::string& kind) {
  const std::string other = k.is_a100() ? "_h100_trtllm" : "_a100_trtllm";
  return {(k.is_a100() ? std::size_t{0} : std::size_t{2}) + (narrow ? 1 : 0),
          "latent_" + kind + other + (narrow ? "_narrow" : "")};
}

template <std::size_t N>
attention_core<double> grouped(const table<N>& row, phase of) {
  attention_core<double> op;
  op.phase = of;
  op.sequences = row.number(4);
  const double length = row.number(5);
  op.new_tokens = of == phase::prefill ? length : 1.0;
  op.context = length - op.new_tokens;
  op.heads = static_cast<count>(row.number(6));
  op.kv_heads = static_cast<count>(row.number(7));
  op.qk_dim = op.v_dim = static_cast<count>(row.number(8));
  op.window = static_cast<count>(row.number(9));
  op.bytes_per_token = static_cast<double>(2 * op.kv_heads * op.qk_dim) * bytes_of(row.word(3));
  return op;
}

// Rows of vLLM into the first study, of TensorRT-LLM into the second.
template <class Curve>
void add_grouped(const std::string& file, const char* length, phase of, const std::string& title,
                 const std::string& kind, studies<Curve, attending>& all) {
  table<11> rows(
      file, {"system", "framework_version", "attn_dtype", "kv_cache_dtype", "batch_size", length,
             "num_heads", "num_key_value_heads", "head_dim", "window_size", "latency_us"});
  while (rows.next()) {
    const auto k = kernels_of(rows.word(0), rows.word(1));
    const bool narrow = is_narrow(rows.word(3));
    const place at = k->is_vllm() ? vllm_place(*k, narrow, kind)
                                  : tensorrt_place(is_narrow(rows.word(2)), narrow, kind);
    const attending p{k, grouped(rows, of)};
    observation seen = observed(*k, p.op, rows.number(10) * 1e-6);
    seen.apart = of == phase::decode && seen.measured < seen.memory &&
                 p.op.bytes_moved().value() > k->bare.last_level_cache.value();
    const bool unsplit = of == phase::decode && k->is_a100() && p.op.heads == p.op.kv_heads;
    all[k->is_vllm() ? 0 : 1].samples.push_back(
        {at.curve, p, k->gpu(),
         rows.word(6) + "/" + rows.word(7) + "/" + rows.word(8) + "/" + rows.word(9), title,
         rows.word(2) + " over " + rows.word(3) + ", " + k->name(),
         title + ", " + rows.word(3) + " cache", at.like, seen, !unsplit && !seen.apart});
  }
}

// DeepSeek's latents of 512 + 64: a prompt attends head by head, 192 and 128 wide.
attention_core<double> latent(const table<9>& row, bool decoding) {
  attention_core<double> op;
  op.phase = decoding ? phase::decode : phase::prefill;
  op.sequences = row.number(5);
  op.new_tokens = decoding ? 1.0 : row.number(6);
  op.context = row.number(7);
  op.heads = static_cast<count>(row.number(4));
  op.kv_heads = decoding ? 1 : op.heads;
  op.qk_dim = decoding ? 576 : 192;
  op.v_dim = decoding ? 512 : 128;
  op.latent = true;
  op.latent_width = 576;
  op.bytes_per_token = 576.0 * bytes_of(row.word(3));
  return op;
}

struct attention_rows {
  studies<prefill, attending> prompts{};
  studies<decode, attending> steps{};
  std::vector<omission> omitted{};
};

void add_latent(const std::string& file, attention_rows& all) {
  table<9> rows(file, {"system", "framework_version", "op", "kv_cache_dtype", "num_heads",
                       "batch_size", "isl", "past_kv", "latency_us"});
  while (rows.next()) {
    if (rows.word(2).find("module") != std::string::npos) {
      omit(all.omitted, "latent attention together with its projections");
      continue;
    }
    const auto k = kernels_of(rows.word(0), rows.word(1));
    const bool decoding = rows.word(2).find("generation") != std::string::npos;
    const place at = latent_place(*k, is_narrow(rows.word(3)), decoding ? "decode" : "prefill");
    const attending p{k, latent(rows, decoding)};
    const sample<attending> s{
        at.curve,
        p,
        k->gpu(),
        rows.word(4),
        "latent attention",
        (decoding ? "decode, " : "prompt, ") + rows.word(3) + ", " + k->name(),
        (decoding ? "latent decode, " : "latent prompts, ") + rows.word(3) + " cache",
        at.like,
        observed(*k, p.op, rows.number(8) * 1e-6)};
    (decoding ? all.steps[2].samples : all.prompts[2].samples).push_back(s);
  }
}

attention_rows read(const std::string& folder) {
  attention_rows all{{vllm_prompts(), tensorrt_prompts(), latent_prompts()},
                     {vllm_steps(), tensorrt_steps(), latent_steps()},
                     {}};
  add_grouped(folder + "/op_attention_context.csv", "isl", phase::prefill, "attention, prompts",
              "prefill", all.prompts);
  add_grouped(folder + "/op_attention_generation.csv", "kv_len", phase::decode, "attention, decode",
              "decode", all.steps);
  add_latent(folder + "/op_mla.csv", all);
  return all;
}

}  // namespace

scores attention_scores(const std::string& folder) {
  attention_rows all = read(folder);
  scores found;
  add_scores(all.prompts, found);
  add_scores(all.steps, found);
  found.shapes.back().omitted = all.omitted;
  return found;
}

std::string attention_constants(const std::string& folder) {
  const std::vector<member<prefill>> of_prompts{{"compute", &prefill::compute},
                                                {"softmax_values", &prefill::softmax_values},
                                                {"bandwidth", &prefill::bandwidth},
                                                {"launch", &prefill::launch},
                                                {"block", &prefill::block},
                                                {"tail", &prefill::tail},
                                                {"exposed", &prefill::exposed},
                                                {"passes", &prefill::passes},
                                                {"window_padding", &prefill::window_padding}};
  const std::vector<member<decode>> of_steps{
      {"compute", &decode::compute},
      {"bandwidth", &decode::bandwidth},
      {"launch", &decode::launch},
      {"reduction", &decode::reduction},
      {"block", &decode::block},
      {"blocks", &decode::blocks},
      {"splits", &decode::splits},
      {"multiprocessor_share", &decode::multiprocessor_share},
      {"tail", &decode::tail},
      {"exposed", &decode::exposed},
      {"passes", &decode::passes},
      {"window_padding", &decode::window_padding},
      {"cache_speedup", &decode::cache_speedup},
      {"cache_share", &decode::cache_share},
      {"unseen_blocks", &decode::unseen_blocks},
      {"rows", &decode::rows}};
  const attention_rows all = read(folder);
  return text_of("prefill_curve<>", of_prompts, all.prompts) +
         text_of("decode_curve<>", of_steps, all.steps);
}

}  // namespace accuracy
