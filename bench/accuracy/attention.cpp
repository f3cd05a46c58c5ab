// Attention kernels: op_attention_context.csv, op_attention_generation.csv, and the latent ones of
// op_mla.csv.
#include <map>
#include <string>

#include "families.hpp"
#include "policies.hpp"
#include "table.hpp"

namespace accuracy {

namespace {

using shardline::attention_core;
using shardline::count;
using shardline::phase;

double bytes_of(const std::string& dtype) { return dtype.starts_with("fp8") ? 1.0 : 2.0; }

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

void add_grouped(const std::string& file, const char* length, phase of, const std::string& kind,
                 std::map<std::string, family>& by_name) {
  table<11> rows(
      file, {"system", "framework_version", "attn_dtype", "kv_cache_dtype", "batch_size", length,
             "num_heads", "num_key_value_heads", "head_dim", "window_size", "latency_us"});
  while (rows.next()) {
    const kernels k = kernels_of(rows.word(0), rows.word(1));
    const std::string formats = rows.word(2) + " over " + rows.word(3);
    by_name[kind + ", " + formats + ", " + k.name()].rows.push_back(
        observed(k, grouped(rows, of), rows.number(10) * 1e-6));
  }
}

// DeepSeek's latents of 512 + 64: a prompt attends head by head, 192 and 128 wide.
attention_core<double> latent(const table<9>& row) {
  const bool decoding = row.word(2).find("generation") != std::string::npos;
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

void add_latent(const std::string& file, std::map<std::string, family>& by_name) {
  table<9> rows(file, {"system", "framework_version", "op", "kv_cache_dtype", "num_heads",
                       "batch_size", "isl", "past_kv", "latency_us"});
  while (rows.next()) {
    if (rows.word(2).find("module") != std::string::npos) continue;  // with its projections
    const kernels k = kernels_of(rows.word(0), rows.word(1));
    const attention_core<double> op = latent(rows);
    const std::string kind = op.phase == phase::decode ? "latent decode" : "latent prompt";
    by_name[kind + ", " + rows.word(3) + ", " + k.name()].rows.push_back(
        observed(k, op, rows.number(8) * 1e-6));
  }
}

}  // namespace

std::vector<family> attention_families(const std::string& folder) {
  std::map<std::string, family> by_name;
  add_grouped(folder + "/op_attention_context.csv", "isl", phase::prefill, "prompt", by_name);
  add_grouped(folder + "/op_attention_generation.csv", "kv_len", phase::decode, "decode", by_name);
  add_latent(folder + "/op_mla.csv", by_name);
  return values_of(by_name);
}

}  // namespace accuracy
