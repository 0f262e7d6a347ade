package detour.server.cluster.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MirroredEntriesTest {
  private final MirroredEntries entries = new MirroredEntries();

  @Test
  void shouldNameTheKeysThatChangedLast() {
    for (int i = 1; i <= 20; i++) {
      put("k" + i, i, 10);
    }
    put("k1", 21, 10);

    assertThat(entries.newestKeys()).hasSize(16).contains("k1", "k20").doesNotContain("k2");
  }

  /// They are read every other second by every node.
  @Test
  void shouldNotNameKeysOfLongValues() {
    put("short", 1, 10);
    put("long", 2, 10_000);
    put("grows", 3, 10);
    put("grows", 4, 10_000);

    assertThat(entries.newestKeys()).containsExactly("short");
    assertThat(entries.entries("")).hasSize(3);
  }

  private void put(String key, long revision, int length) {
    Entry entry = new Entry(key, new byte[length], revision, revision, 0);
    assertThat(entries.take(List.of(new Change.Put(entry)))).hasSize(1);
  }
}
