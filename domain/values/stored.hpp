#pragma once
// The mark of texts that need no second check.

namespace alforis::domain {

namespace wire {
class StoredText;
}

/// Says that a text is what `text()` of a value gave when it was written where this program alone writes: the Log,
/// whose chain was checked, or a store made from it. Values whose checks cost many times their copy are made from such
/// a text as it stands. Only the reader of stored documents has one to show.
class Stored {
  friend class wire::StoredText;
  Stored() = default;
};

}  // namespace alforis::domain
