# A server of Mojolicious that echoes; the argument is its port on 127.0.0.1.
use Mojolicious::Lite -signatures;

app->log->level('fatal');
websocket '/' => sub ($c) {
  $c->tx->max_websocket_size(64 * 1024 * 1024);
  $c->on(text => sub ($c, $text) { $c->tx->send({text => $text}) });
  $c->on(binary => sub ($c, $bytes) { $c->tx->send({binary => $bytes}) });
};
my $port = shift @ARGV;
app->start('daemon', '-l', "http://127.0.0.1:$port");
