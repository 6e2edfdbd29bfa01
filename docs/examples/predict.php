<?php
// Asks Pilah about one complaint, waits where Pilah says so, and records what was decided. PHP 8 without extensions.
// Usage: PILAH_URL=http://127.0.0.1:8000 PILAH_KEY=... php predict.php REFERENCE TEXT
declare(strict_types=1);

/** Status and answer; what Pilah asks to be sent again is sent again: the same complaint is never stored twice. */
function ask(string $method, string $path, array $body, int $attempts = 5): array
{
    $context = stream_context_create(['http' => [
        'method' => $method,
        'header' => ['Authorization: Bearer ' . getenv('PILAH_KEY'), 'Content-Type: application/json'],
        'content' => json_encode($body, JSON_THROW_ON_ERROR),
        'ignore_errors' => true,
        'timeout' => 30,
    ]]);
    $answer = file_get_contents(getenv('PILAH_URL') . $path, false, $context);
    $status = (int) explode(' ', $http_response_header[0])[1];
    if (in_array($status, [429, 503], true) && $attempts > 1) {
        $wait = array_values(preg_grep('/^retry-after:/i', $http_response_header));
        sleep((int) trim(explode(':', $wait[0])[1]));
        return ask($method, $path, $body, $attempts - 1);
    }
    return [$status, json_decode($answer, true, flags: JSON_THROW_ON_ERROR)];
}

function fail(array $problem): never
{
    fwrite(STDERR, "error: {$problem['title']}: {$problem['detail']} (request {$problem['request_id']})\n");
    exit(1);
}

[, $reference, $text] = $argv;
[$status, $answer] = ask('POST', '/v1/predictions?evidence=false', ['reference_id' => $reference, 'text' => $text]);
$status === 200 || fail($answer);
$unit = $answer['units'][0]['id'];
echo "suggested: $unit\n";
$decision = ['suggestion_id' => $answer['suggestion_id'], 'unit' => $unit, 'officer' => 'p-01'];
[$status, $answer] = ask('POST', '/v1/decisions', $decision);
match ($status) {
    201 => print("verdict: {$answer['verdict']}\n"),
    409 => print("decided by somebody else in the meantime\n"),
    default => fail($answer),
};
