// SPDX-License-Identifier: Apache-2.0
// {"kind": "sysctl", ...}, one kind an alternative of Change.
#include "remediations/change_json.h"

#include "probes/base/base64.h"
#include "probes/base/text.h"
#include "probes/base/visit.h"

namespace preflight {
namespace {

using Json = nlohmann::ordered_json;

Json image_json(const std::optional<FileImage>& image) {
  if (!image) return nullptr;
  Json json;
  const bool text = is_utf8(image->content);
  json["encoding"] = text ? "text" : "base64";
  json["content"] = text ? image->content : base64(image->content);
  json["mode"] = image->mode;
  json["uid"] = image->uid;
  json["gid"] = image->gid;
  json["modified"] = image->modified;
  Json attributes = Json::object();
  for (const auto& [name, value] : image->attributes) attributes[name] = base64(value);
  json["attributes"] = std::move(attributes);
  return json;
}

std::string decoded(const JsonFields& fields, std::string_view name, const std::string& text) {
  auto bytes = parse_base64(text);
  if (!bytes) fields.complain(name, "base64");
  return bytes.value_or(std::string());
}

FileImage read_image(const JsonFields& fields) {
  FileImage image;
  const auto encoding = fields.text("encoding");
  image.content = fields.text("content");
  if (encoding == "base64") image.content = decoded(fields, "content", image.content);
  if (encoding != "base64" && encoding != "text") fields.complain("encoding", "text or base64");
  image.mode = fields.small_number("mode");
  if (image.mode > 07777U) fields.complain("mode", "permission bits");
  image.uid = fields.small_number("uid");
  image.gid = fields.small_number("gid");
  image.modified = fields.number("modified");
  fields.each_text("attributes", [&](const std::string& name, const std::string& value) {
    image.attributes.emplace(name, decoded(fields, "attributes", value));
  });
  return image;
}

std::optional<FileImage> read_optional_image(const JsonFields& fields, std::string_view name) {
  std::optional<FileImage> image;
  if (!fields.is_null(name)) fields.object(name, [&](const JsonFields& inner) { image = read_image(inner); });
  return image;
}

FileWrite read_file_write(const JsonFields& fields) {
  FileWrite write{fields.text("path"), read_optional_image(fields, "from"), read_optional_image(fields, "to")};
  if (!write.from && !write.to) fields.complain("to", "an image where `from` is none");
  return write;
}

}  // namespace

Json change_json(const Change& change) {
  return visit(
      change,
      [](const SysctlWrite& write) {
        return Json{{"kind", "sysctl"}, {"key", write.key}, {"from", write.from}, {"to", write.to}};
      },
      [](const FileWrite& write) {
        return Json{
            {"kind", "file"}, {"path", write.path}, {"from", image_json(write.from)}, {"to", image_json(write.to)}};
      },
      [](const DirectoryWrite& write) {
        return Json{{"kind", "directory"}, {"path", write.path}, {"from", write.from}, {"to", write.to}};
      },
      [](const UnitsReload&) {
        return Json{{"kind", "units_reload"}};
      },
      [](const UnitRestart& restart) {
        return Json{{"kind", "unit_restart"}, {"unit", restart.unit}};
      });
}

Change read_change(const JsonFields& fields) {
  const auto kind = fields.text("kind");
  if (kind == "sysctl") return SysctlWrite{fields.text("key"), fields.text("from"), fields.text("to")};
  if (kind == "file") return read_file_write(fields);
  if (kind == "directory") return DirectoryWrite{fields.text("path"), fields.boolean("from"), fields.boolean("to")};
  if (kind == "unit_restart") return UnitRestart{fields.text("unit")};
  if (kind != "units_reload") fields.complain("kind", "a kind of change");
  return UnitsReload{};
}

}  // namespace preflight
