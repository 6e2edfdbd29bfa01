<?php
// Uses the generated PHP client for all that an intake system does, and prints the answers as JSON. Pilah's tests run it.
// Usage, beside the folder client/ and with Guzzle in PHP's include path: php intake.php ADDRESS KEY
declare(strict_types=1);

use PilahClient\Api\DecisionsApi;
use PilahClient\Api\PredictionsApi;
use PilahClient\ApiException;
use PilahClient\Configuration;
use PilahClient\Model\BatchIn;
use PilahClient\Model\ComplaintIn;
use PilahClient\Model\DecisionIn;
use PilahClient\Model\ReturnIn;

require 'GuzzleHttp/autoload.php';
spl_autoload_register(function (string $class): void {
    $file = __DIR__ . '/client/lib/' . strtr(substr($class, strlen('PilahClient\\')), '\\', '/') . '.php';
    if (str_starts_with($class, 'PilahClient\\') && is_file($file)) {
        require $file;
    }
});

[, $address, $key] = $argv;
$configuration = (new Configuration())->setHost($address)->setAccessToken($key);
$predictions = new PredictionsApi(null, $configuration);
$decisions = new DecisionsApi(null, $configuration);
$text = "\nLaporan saya di polres belum ada kejelasan sampai kini";

$refused = function (DecisionIn $decision) use ($decisions): int {
    try {
        $decisions->decide($decision);
    } catch (ApiException $refused) {
        return $refused->getCode();
    }
    return 0;
};

$first = $predictions->predict(new ComplaintIn([
    'reference_id' => '1', 'text' => $text, 'received_at' => new DateTime('2026-03-02T08:00:00+07:00'),
]));
$unit = $first->getUnits()[1]->getId();
$decided = $decisions->decide(new DecisionIn([
    'suggestion_id' => $first->getSuggestionId(), 'unit' => $unit, 'copies' => [$first->getUnits()[2]->getId()],
    'officer' => 'p-01', 'seconds' => 12.5,
]), 'a');
$returned = $decisions->recordReturn(new ReturnIn([
    'reference_id' => '1', 'decision_id' => $decided->getId(), 'reason' => 'Bukan tugas kami',
]));
$predictions->predict(new ComplaintIn(['reference_id' => '2', 'text' => $text]));
$rejected = $decisions->decide(new DecisionIn(['reference_id' => '2', 'outcome' => 'bukan kewenangan']));
$decisions->undo($rejected->getId(), 'b');
$predictions->predict(new ComplaintIn(['reference_id' => '3', 'text' => $text]));
$batch = $predictions->predictBatch(new BatchIn(['complaints' => [new ComplaintIn(['text' => $text]), null]]));
$lines = $predictions->predictStream("{\"text\": \"Jalan rusak\"}\n{}\n", false);
echo json_encode([
    'unit' => $unit,
    'verdicts' => [$decided->getVerdict(), $returned->getVerdict(), $rejected->getVerdict()],
    'returned' => $returned->getId() === $decided->getId() && $returned->getReturnedAt() instanceof DateTime,
    'mistyped' => $refused(new DecisionIn(['reference_id' => '3', 'untit' => $unit])),
    'nothing said' => $refused(new DecisionIn(['reference_id' => '3'])),
    // PHP's client has one class for both kinds of answers: a problem has a detail.
    'batch' => array_map(fn ($result) => $result->getDetail() ? 'Problem' : 'SuggestionOut', $batch->getResults()),
    'stream' => substr_count((string) (is_object($lines) ? $lines->fread($lines->getSize()) : $lines), "\n"),
    'waiting' => array_map(fn ($reference) => $decisions->findComplaint($reference)->getWaiting(), ['1', '2', '3']),
]);
