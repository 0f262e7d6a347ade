/// Certificates and private keys in files of the PEM form.
///
/// In: paths. Out: certificates, keys, or what is wrong with a file, for an operator; never
/// anything of a key. Thread: any that may read files. May import: `files`.
@NullMarked
package detour.server.pem;

import org.jspecify.annotations.NullMarked;
