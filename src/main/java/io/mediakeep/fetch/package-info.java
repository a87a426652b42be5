/** Getting media from addresses that came from outside: the guard in front, the download, the look at its first and last bytes. */
package io.mediakeep.fetch;
